"""Requests a coupon with the client that openapi-python-client has made of /openapi.json."""

import sys

from firstcome_client import AuthenticatedClient
from firstcome_client.api.coupons import get_request, issue_coupon
from firstcome_client.models import AlreadyIssuedCoupon, IssuedCoupon, IssueRequest, NotIssuedProblem, Outcome, Pending


def issue(client: AuthenticatedClient, policy: int, user: int) -> str:
    answer = issue_coupon.sync(policy, client=client, body=IssueRequest(user_id=user), prefer="wait=2")
    match answer:
        case IssuedCoupon() | AlreadyIssuedCoupon():
            return f"{answer.result} {answer.sequence}"
        case NotIssuedProblem():
            return f"{answer.result}: {answer.detail}"
        case Pending():
            later = get_request.sync(answer.ticket, client=client, wait=10)
            return str(later.result) if isinstance(later, Outcome) else "PENDING"
        case None:
            return "no answer of firstcome"
        case _:
            return f"{answer.result}: {answer.detail}"  # 503 and 429: ask again after Retry-After


if __name__ == "__main__":
    url, key, policy, *users = sys.argv[1:]
    with AuthenticatedClient(base_url=url, token=key) as client:
        for user in users:
            print(issue(client, int(policy), int(user)))
