"""Library functions that the binary imports."""

import subprocess

from server import BINARY

# Each sends a request to the coordinator of a group or of a transaction. librdkafka 2.0.2 (Debian 12) aborts the process if
# the request times out while the coordinator is down, and the coordinator answers later: docs/decisions/0019.
ABORTING = {"rd_kafka_DescribeConsumerGroups", "rd_kafka_DeleteGroups", "rd_kafka_DeleteConsumerGroupOffsets",
            "rd_kafka_ListConsumerGroupOffsets", "rd_kafka_AlterConsumerGroupOffsets", "rd_kafka_init_transactions",
            "rd_kafka_send_offsets_to_transaction"}


def test_no_call_of_librdkafka_that_can_abort_the_process():
    listed = subprocess.run(["nm", "--dynamic", "--undefined-only", BINARY], capture_output=True, text=True, check=True)
    imported = {line.split()[-1].split("@")[0] for line in listed.stdout.splitlines()}
    assert "rd_kafka_new" in imported, "nm lists no function of librdkafka"
    assert not imported & ABORTING
