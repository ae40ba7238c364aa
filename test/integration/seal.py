"""Records as nodes write them: the header `mac` of docs/decisions/0024, computed without firstcome's code."""

import hashlib
import struct

NULL = struct.pack("<Q", 2**64 - 1)


def framed(text):
    return NULL if text is None else struct.pack("<Q", len(text)) + text


def mac(installation_key, era, partition, key, value, headers):
    """`headers`: pairs of name and bytes, without the MAC."""
    # libsodium's crypto_kdf: keyed BLAKE2b of an empty message; the era is the salt, the purpose is the personalization.
    records = hashlib.blake2b(b"", digest_size=32, key=installation_key, salt=struct.pack("<QQ", era, 0),
                              person=b"fc_recor" + bytes(8)).digest()
    message = struct.pack("<QQ", era, partition) + framed(key) + framed(value)
    message += b"".join(framed(name.encode()) + framed(text) for name, text in headers)
    return hashlib.blake2b(message, digest_size=16, key=records).hexdigest()


def produce_sealed(place, partition, value, headers, era=1, to=None):
    """`to`: the partition of the record, if it differs from the partition in the MAC."""
    key = bytes.fromhex(place.must("store", "key", "--store", place.store()).strip())
    pairs = [(name, text.encode()) for name, text in headers.items()]
    sealed = {**headers, "mac": mac(key, era, partition, b"7", value.encode(), pairs)}
    return place.produce(partition if to is None else to, value, headers=sealed)
