/**
 * A client of firstcome: coupons, first come, first served.
 *
 * <p>Begin with {@link io.firstcome.client.FirstcomeClient}. A decision, also a refusal, is a value: {@link io.firstcome.client.IssueResult},
 * {@link io.firstcome.client.CommandResult}. A call without a decision throws a {@link io.firstcome.client.FirstcomeException}.
 */
package io.firstcome.client;
