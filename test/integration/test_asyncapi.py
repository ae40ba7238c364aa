"""docs/reference/asyncapi.yaml describes the topics: real topics are read and compared with it."""

import json
import re

import jsonschema
import yaml
from workload import POLICIES, workload, create
from decided import INVALID, read_decided, read_topic
from seal import produce_sealed
from servers import ROOT, eventually, wait_until_saved

DOCUMENT = yaml.safe_load((ROOT / "docs" / "reference" / "asyncapi.yaml").read_text())
MESSAGES = DOCUMENT["components"]["messages"]
IMPORTED = 77  # coupons of a policy
LISTED = 78
CODED = 79
PARTNER = 80
TRACE = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "congo=t61rcWkgMzE"}


def source(path):
    return (ROOT / "src" / path).read_text()


def validator(schema):
    return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver("", DOCUMENT))


def headers_of(one):
    return {name: value.decode("latin-1") for name, value in one.headers}


def check(name, one, value):
    """Key, headers and value of a record match the message of this name."""
    message = MESSAGES[name]
    validator(message["headers"]).validate(headers_of(one))
    validator(message["payload"]).validate(value)
    if "bindings" in message:
        validator(message["bindings"]["kafka"]["key"]).validate(one.key.decode())


def schema(name):
    return DOCUMENT["components"]["schemas"][name]


def commands_in(document_schema):
    command = document_schema["properties"]["command"]
    return command.get("enum", [command.get("const")])


def command_schemas():
    return [schema(one["$ref"].rsplit("/", 1)[1]) for one in schema("policyCommand")["oneOf"]]


def give_commands(place, edge, issuer):
    def call(method, path, body=None, headers=None):
        status, answer = edge.call(method, path, body, admin=True, headers={**TRACE, **(headers or {})})
        return status, answer

    window = {"issueStartsAt": "2026-11-23T14:00:00Z", "issueEndsAt": "2099-01-01T00:00:00Z",
              "validFrom": "2026-11-23T14:00:00Z", "validUntil": "2099-01-01T00:00:00Z"}
    assert call("POST", "/v1/policies", {"id": 70, "name": "By \"name\"", "maxCount": 9, "perUserLimit": 1, **window,
                                         "validFor": "P30D", "onCancel": "KEEP", "reissue": True, "codes": "GENERATED",
                                         "codePrefix": "NAME"})[0] == 201
    assert call("PATCH", "/v1/policies/70", {"name": "Other", "maxCount": 10, "issueEndsAt": None},
                {"If-Match": '"1"'})[0] == 200
    for verb in ("pause", "resume", "close"):
        assert call("POST", f"/v1/policies/70/{verb}")[0] == 200
    assert call("POST", "/v1/policies", {"id": IMPORTED, "name": "Elsewhere", "maxCount": 9, "importing": True})[0] == 201
    chunk = {"first": 1, "coupons": [[1, 1_795_442_400_123], [2, 1_795_442_400_124]]}
    assert call("POST", f"/v1/policies/{IMPORTED}/import", chunk)[0] == 200
    end = {"first": 3, "count": 2, "hash": "0123456789abcdef", "paused": True}
    assert call("POST", f"/v1/policies/{IMPORTED}/import", end)[0] == 409, "refused for another hash, but the record is in the journal"
    assert call("POST", "/v1/policies", {"id": LISTED, "name": "Members", "maxCount": 9, "eligible": "LISTED"})[0] == 201
    assert call("POST", f"/v1/policies/{LISTED}/eligible", {"first": 1, "users": [1, 2]})[0] == 200
    assert call("POST", "/v1/policies", {"id": CODED, "name": "Coded", "maxCount": 9, "codes": "GENERATED",
                                         "codePrefix": "NOON"})[0] == 201
    assert call("POST", "/v1/policies", {"id": PARTNER, "name": "Partner", "maxCount": 0, "codes": "IMPORTED"})[0] == 201
    assert call("POST", f"/v1/policies/{PARTNER}/codes", {"first": 1, "codes": ["PARTNER-1", "PARTNER-2"]})[0] == 200
    assert call("PATCH", f"/v1/policies/{PARTNER}", {"maxCount": 2})[0] == 200
    assert call("POST", f"/v1/policies/{PARTNER}/coupons", {"userId": 42})[1]["code"] == "PARTNER-1"
    assert call("POST", "/v1/coupons/PARTNER-1/use", {"reference": "order-2"})[0] == 200
    code = call("POST", f"/v1/policies/{CODED}/coupons", {"userId": 42})[1]["code"]
    assert call("POST", f"/v1/coupons/{code}/use", {"reference": "order-1"})[0] == 200
    coupon = {"reference": "order-1"}
    for verb, body in (("reserve", {**coupon, "holdFor": "PT10M"}), ("release", coupon), ("use", coupon), ("restore", coupon),
                       ("cancel", {**coupon, "reason": "as a test"})):
        assert call("POST", f"/v1/policies/{POLICIES[0]}/coupons/1/{verb}", body)[0] == 200, verb
    other = call("POST", f"/v1/policies/{POLICIES[0]}/coupons/2/use", {**coupon, "userId": 9_000})
    assert other[0] == 404, "a coupon of another user, but the record is in the journal"
    homes = place.homes(POLICIES)
    elsewhere = next(partition for partition in range(3) if partition != homes[1])
    place.produce(elsewhere, json.dumps({"userId": 9_001, "policyId": 1, "requestedAt": [2026, 11, 23, 14, 0]}))
    place.produce(elsewhere, b"no JSON", headers={"__TypeId__": "shop.Message"})
    produce_sealed(place, homes[1], json.dumps({"version": 1}), {"kind": "rules"})


def messages_by_event_type():
    names = [one["$ref"].rsplit("/", 1)[1] for one in DOCUMENT["channels"]["events"]["messages"].values()]
    return {MESSAGES[name]["headers"]["allOf"][1]["properties"]["ce_type"]["const"]: name for name in names}


def test_the_topics_conform_to_the_document(place, clients, chance):
    issuer, edge = place.issuer("--ids", "string"), place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=20), connections=16)
    give_commands(place, edge, issuer)
    eventually(lambda: read_topic(place.servers, f"{place.name}-dlt"), "there is a dead letter")
    wait_until_saved(edge)
    eventually(lambda: sum(b'"code":' in one.value for one in read_topic(place.servers, place.events)) == 4, "uses are published")
    place.stop()

    seen, fields = set(), set()
    for one in read_decided(place):
        kind = headers_of(one).get("kind")
        if one.code == INVALID:
            assert one.value == b"no JSON", one
            continue
        value = json.loads(one.value)
        by_command = kind == "coupon" or (kind is None and value["userId"] == 42) or (
            kind == "policy" and value["policyId"] not in POLICIES)
        assert (headers_of(one).items() >= TRACE.items()) == by_command, one
        if kind == "policy":
            check("policyCommand", one, value)
            seen.add(value["command"])
            fields |= value.keys()
        elif kind == "coupon":
            check("couponCommand", one, value)
            seen.add(value["command"])
            fields |= value.keys()
        elif kind == "rules":
            check("rules", one, value)
            seen.add("rules")
        elif one.key == b"7" and one.origin is None and value["userId"] == 9_001:
            check("issueRequestOfOthers", one, value)
            seen.add("of others")
        else:
            check("issueRequest", one, value)
            seen.add("moved" if one.origin else "request")
    schemas = [*command_schemas(), schema("couponCommand")]
    commands = [word for one in schemas for word in commands_in(one)]
    assert seen == {*commands, "request", "moved", "of others", "rules"}
    documented = {name for one in schemas for name in one["properties"]}
    assert fields == documented - {"couponsLeftOut", "createKey"}, "no call sets createKey yet"

    letters = read_topic(place.servers, f"{place.name}-dlt")
    for one in letters:
        check("deadLetter", one, None)
        assert one.value == b"no JSON" and headers_of(one)["__TypeId__"] == "shop.Message"
    types = messages_by_event_type()
    events = read_topic(place.servers, place.events)
    for one in events:
        value = json.loads(one.value)
        check(types[headers_of(one)["ce_type"]], one, value)
        by_command = int(one.key) not in POLICIES or "reference" in value
        assert (headers_of(one).items() >= TRACE.items()) == by_command, one
        ids = [value["policyId"], value.get("userId", "1"), value.get("command", {"policyId": "1"})["policyId"]]
        assert all(isinstance(one_id, str) for one_id in ids), "the issuer runs with --ids string"
        is_coded = int(one.key) in (CODED, PARTNER) and "sequence" in value
        assert ("code" in value) == is_coded, value
    codes = [json.loads(one.value)["code"] for one in events if b'"code":' in one.value]
    assert len(codes) == 4 and len(set(codes)) == 2 and codes.count("PARTNER-1") == 2, "each was issued and used"
    assert {int(one.key) for one in events} == {*POLICIES, IMPORTED, LISTED, CODED, PARTNER, 70}
    never = {"firstcome.policy.soldout.v1", "firstcome.policy.reopened.v1"}  # test_events.py has them
    assert {headers_of(one)["ce_type"] for one in events} | never == types.keys()


def test_the_document_has_the_names_of_the_code():
    in_code = re.findall(r'CouponCommand::Kind::\w+: return "(\w+)"', source("domain/names.cpp"))
    assert sorted(commands_in(schema("couponCommand"))) == sorted(in_code)
    in_code = re.findall(r'PolicyCommand::Kind::\w+: return "(\w+)"', source("domain/names.cpp"))
    assert sorted(word for one in command_schemas() for word in commands_in(one)) == sorted(in_code)
    readable = set(re.findall(r'^ +\{"(\w+)",', source("journal/record_decoder.cpp"), re.MULTILINE))
    # The field that the history has in place of an import's coupons is never in a topic.
    documented = {name for one in [*command_schemas(), schema("couponCommand")] for name in one["properties"]}
    assert documented == readable - {"couponsLeftOut"}
    added = set(re.findall(r'add\("([\w-]+)"', source("replica/relay.cpp")))
    added |= set(re.findall(r'kCutHeader = "([\w-]+)"', source("replica/relay.h")))
    assert set(schema("deadLetterHeaders")["properties"]) == added
    of_events = set(re.findall(r'= \{"([\w-]+)"', source("issuer/event_writer.cpp"))) | TRACE.keys()
    assert set(schema("eventHeaders")["properties"]) == of_events
    assert messages_by_event_type().keys() == set(re.findall(r'"(firstcome\.\w+\.\w+\.v1)"', source("issuer/event_writer.cpp")))
    settings = source("journal/kafka/kafka_settings.h") + source("cli/serve_options.cpp")
    for channel in DOCUMENT["channels"].values():
        assert f'"{channel["address"]}"' in settings, channel["address"]


def test_every_reference_in_the_document_resolves_and_no_part_is_unused():
    references = set()

    def walk(node):
        if isinstance(node, dict):
            references.update([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
            node = list(node.values())
        for one in node if isinstance(node, list) else []:
            walk(one)

    walk(DOCUMENT)
    for reference in references:
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    assert {f"#/components/messages/{name}" for name in MESSAGES} <= references, "a message that no channel carries"
    assert {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} <= references
    for name in DOCUMENT["components"]["schemas"]:
        jsonschema.Draft202012Validator.check_schema(schema(name))
    example = MESSAGES["couponIssued"]["examples"][0]
    validator(MESSAGES["couponIssued"]["headers"]).validate(example["headers"])
    validator(MESSAGES["couponIssued"]["payload"]).validate(example["payload"])
