#pragma once

#include <string>
#include <string_view>

namespace firstcome::text {

/// True if a setting or parameter of this name is a password or a private key: `sslpassword`,
/// `SASL.PASSWORD`, `pass%77ord`. Case and percent-encoding do not matter.
bool names_secret(std::string_view name);

/// An address or a list of settings with *** in place of its secrets: the password of `user:password@`, and
/// the values of names that are secret, as in `?sslpassword=…&`, `password = 'a b'` and `sasl.password=…`.
/// The text need not be valid: what may be a secret is replaced.
std::string without_secrets(std::string text);

}  // namespace firstcome::text
