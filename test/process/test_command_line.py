"""Commands as a person types them."""

import json
import os
import re
import time

import pytest
from server import BINARY, DEADLINE, Server, clean_environment, run


@pytest.mark.parametrize("words, expected", [
    ((), "usage: firstcome COMMAND"),
    (("srve",), "did you mean serve?"),
    (("policy", "crate"), "did you mean create?"),
    (("serve", "--lisen", "127.0.0.1:1"), "did you mean --listen?"),
    (("serve", "--threads", "many"), "not a whole number"),
    (("serve", "--wait", "3h"), "not a time like"),
    (("serve", "--journal", "kafka://broker:9092"), "--journal also requires --store"),
    (("serve", "--store", "postgresql://db/shop"), "--store also requires --journal"),
    (("serve", "--journal", "kafka://b:9092", "--store", "postgresql://db/shop", "--data", "d"), "use either"),
    (("serve", "--journal", "kafka://b", "--store", "postgresql://db/shop"), "host:port"),
    (("serve", "--role", "edge"), "requires --journal and --store"),
    (("serve", "--admission", "database"), "requires --journal and --store"),
    (("serve", "--admission", "redis"), "is not one of memory, database"),
    (("serve", "--kafka", "linger.ms=2"), "requires --journal"),
    (("serve", "--events", "coupon-issued"), "events go to a Kafka topic, and an embedded node has none"),
    (("serve", "--journal", "kafka://b:9092", "--store", "postgresql://db/shop", "--kafka", "sasl.password=x"),
     "--kafka-config"),
    (("serve", "--admin-listen", "0.0.0.0:8081"), "--admin-key-file"),
    (("serve", "--listen", "0.0.0.0:8080"), "--allow-anonymous"),
    (("serve", "--allow-anonymous-lists"), "--allow-anonymous-lists: requires --allow-anonymous"),
    (("serve", "--jwt-audience", "shop"), "--jwt-audience: 'shop' requires --jwt-keys"),
    (("key", "new", "--name", "a shop", "--scopes", "issue"), "--name: 'a shop' must be"),
    (("key", "new", "--name", "shop", "--scopes", "issue,write"), "--scopes: 'issue,write' must be a list of"),
    (("key", "new", "--name", "shop", "--scopes", "issue", "--policies", "7,x"), "--policies: 'x' is not a policy id"),
    (("key", "new", "--name", "shop", "--scopes", "issue", "--expires", "tomorrow"), "--expires: 'tomorrow' is not a time"),
    (("key", "new", "--name", "shop", "--scopes", "issue", "--expires", "9999-12-31T23:59:59-05:00"),
     "in the years 1 to 9999 of UTC"),
    (("issue", "--policy", "7"), "--user is required"),
    (("policy", "get", "seven"), "not a whole number"),
    (("policy", "pause"), "<policy> is required: Id of the policy"),
    (("policy", "change", "7"), "at least one change is required: --name, --max-count"),
    (("store", "rebuild", "--data", "."), "use --yes, or run it on a terminal to confirm"),
    (("store", "migrate"), "--store is required"),
    (("store", "check"), "--store or --data is required"),
    (("store", "unhalt", "--store", "postgresql://me@db/shop"), "--partition is required"),
    (("store", "unhalt", "--partition", "0", "--store", "postgresql://me@db/shop", "--data", "."), "either --store or --data"),
    (("audit", "--journal", "kafka://broker:9092"), "--journal also requires --store"),
    (("explain", "--policy", "7", "--user", "42", "--store", "postgresql://me@db/shop"), "--store also requires --journal"),
    (("audit", "--journal", "kafka://broker:9092", "--store", "postgresql://me@db/shop", "--data", "."),
     "use either it or --journal and --store"),
    (("topic", "create"), "--journal is required"),
    (("topic", "check", "--journal", "kafka://broker"), "must be a list of host:port"),
    (("topic", "check", "--journal", "kafka://broker:9092", "--kafka", "linger.ms"), "key=value"),
    (("topic", "delete"), "there is no command 'topic delete'"),
    (("serve", "--listen", "127.0.0.1"), "--listen: '127.0.0.1' must be host:port"),
    (("config", "check", "--admin-listen", "127.0.0.1:x"), "--admin-listen: '127.0.0.1:x' must be host:port"),
    (("serve", "--role", "isuer"), "did you mean issuer?"),
    (("serve", "--log-format", "xml"), "not one of text, json"),
    (("serve", "--threads", "500"), "500 is out of bounds: 0 to 256"),
    (("config", "chekc"), "did you mean check?"),
    (("config", "check", "--role", "edge"), "--role: 'edge' requires --journal and --store"),
    (("completion", "tcsh"), "not one of bash, zsh, fish"),
    (("completion",), "one of bash, zsh, fish"),
])
def test_wrong_usage_exits_2_and_points_to_help(words, expected):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert expected in err and "--help" in err, err


@pytest.mark.parametrize("words", [("--help",), ("serve", "--help"), ("policy", "create", "--help"), ("version",)])
def test_help_and_version_are_data(words):
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert "firstcome" in out


def test_the_version_names_what_the_binary_is_made_of():
    printed = run("version")[1]
    assert [line.split()[0] for line in printed.splitlines()] == ["firstcome", "commit", "rules", "compiler", "libraries"]
    assert run("--version")[1] == run("-V")[1] == printed
    found = json.loads(run("--version", "--json")[1])
    assert re.fullmatch(r"[0-9a-f]{12}(-changed)?|unknown", found["commit"]) and found["compiler"].startswith(("gcc ", "clang "))
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["libraries"]["librdkafka"]) and found["libraries"]["Boost"].startswith("1.")
    assert f"librdkafka {found['libraries']['librdkafka']}" in printed


def test_a_server_that_does_not_answer_is_reported_with_its_address():
    code, _, err = run("issue", "--policy", "7", "--user", "42", "--server", "http://127.0.0.1:9")
    assert code == 1
    assert "http://127.0.0.1:9" in err and "firstcome serve" in err


@pytest.mark.parametrize("command", ["migrate", "check"])
def test_a_database_that_does_not_answer_is_reported_with_its_address(command):
    code, _, err = run("store", command, "--store", "postgresql://me@127.0.0.1:9/shop")
    assert code == 1
    assert "127.0.0.1:9/shop" in err, err


@pytest.mark.parametrize("command", ["create", "check"])
def test_brokers_that_do_not_answer_are_reported(command):
    code, out, err = run("topic", command, "--journal", "kafka://127.0.0.1:9")
    assert (code, out) == (1, "")
    assert "Can the brokers be reached" in err, err


def test_the_store_of_a_folder_shows_its_positions_and_only_a_halt_can_be_lifted(tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(1, 10)
        server.stop()
    code, out, err = run("store", "check", "--data", str(tmp_path))
    assert (code, err) == (0, "") and "era 1, 3 partitions" in out, (out, err)
    assert out.count("nothing is saved yet") == 2, "one of three partitions has the policy"
    unhalt = ("store", "unhalt", "--data", str(tmp_path), "--partition")
    code, out, err = run(*unhalt, "0")
    assert (code, out) == (1, "") and "partition 0 is not halted" in err, err
    code, out, err = run(*unhalt, "3")
    assert (code, out) == (1, "") and "the store has no partition 3" in err, err
    empty = tmp_path / "empty"
    empty.mkdir()
    for command in (("store", "check"), ("store", "unhalt", "--partition", "0"), ("store", "key"), ("dlt", "list")):
        code, out, err = run(*command, "--data", str(tmp_path / "elsewhere"))
        assert (code, out) == (1, "") and "elsewhere: there is no such folder" in err, err
        code, out, err = run(*command, "--data", str(empty))
        assert (code, out) == (1, "") and ".sqlite: there is no such file" in err, err
    assert not (tmp_path / "elsewhere").exists() and not list(empty.iterdir())


def test_policies_and_coupons_by_commands_alone(tmp_path):
    with Server(tmp_path) as server:
        where = ("--server", f"http://{server.users}", "--admin", f"http://{server.admin}")

        def fine(*words):
            code, out, err = run(*words, *where)
            assert (code, err) == (0, ""), (words, out, err)
            return out

        def refused(*words):
            code, out, err = run(*words, *where)
            assert (code, out) == (1, ""), (words, out, err)
            return err

        assert 'policy 7 "Autumn \\ sale"' in fine("policy", "create", "--id", "7", "--name", "Autumn \\ sale",
                                                   "--max-count", "1")
        assert "EXISTS" in refused("policy", "create", "--id", "7", "--name", "Again", "--max-count", "1")
        assert "SUCCESS: user 42 has coupon 1 of policy 7" in fine("issue", "--policy", "7", "--user", "42")
        assert "ALREADY_ISSUED" in fine("issue", "--policy", "7", "--user", "42")
        assert "SOLD_OUT" in refused("issue", "--policy", "7", "--user", "43")
        assert "1 issued, 1 of 2 remaining" in fine("policy", "change", "7", "--max-count", "2")
        assert fine("policy", "pause", "7").startswith("policy 7 ")
        assert fine("policy", "pause", "7").startswith("UNCHANGED: policy 7 ")
        assert "PAUSED" in refused("issue", "--policy", "7", "--user", "43")
        assert fine("policy", "resume", "7").startswith("policy 7 ")
        assert fine("policy", "resume", "7").startswith("UNCHANGED: policy 7 ")
        unchanged = fine("policy", "change", "7", "--max-count", "2")
        assert unchanged.startswith("UNCHANGED") and unchanged.endswith("ACTIVE, revision 4\n"), unchanged
        answer = json.loads(fine("issue", "--policy", "7", "--user", "43", "--json"))
        assert (answer["result"], answer["sequence"]) == ("SUCCESS", 2)
        assert "Its revision is 4." in refused("policy", "change", "7", "--max-count", "5", "--if-revision", "1")
        fine("policy", "close", "7")
        assert fine("policy", "close", "7").startswith("UNCHANGED: policy 7 ")
        assert "CLOSED" in refused("policy", "resume", "7")
        assert "CLOSED" in refused("issue", "--policy", "7", "--user", "44")
        assert 'policy 7 "Autumn \\ sale": 2 issued, 0 of 2 remaining' in fine("policy", "list")
        assert json.loads(fine("policy", "get", "7", "--json"))["issuedCount"] == 2


def test_a_coupons_life_by_commands_alone(tmp_path):
    with Server(tmp_path) as server:
        where = ("--server", f"http://{server.users}", "--admin", f"http://{server.admin}")

        def fine(*words):
            code, out, err = run(*words, *where)
            assert (code, err) == (0, ""), (words, out, err)
            return out

        def refused(*words):
            code, out, err = run(*words, *where)
            assert (code, out) == (1, ""), (words, out, err)
            return err

        def coupon(command, sequence, reference, *more):
            return (f"coupon {command}".split() +
                    ["--policy", "7", "--sequence", str(sequence), "--reference", reference, *more])

        terms = ("--per-user-limit", "2", "--valid-for", "P30D", "--on-cancel", "keep", "--reissue", "yes")
        created = fine("policy", "create", "--id", "7", "--name", "Lunch", "--max-count", "9", *terms)
        assert "up to 2 a user, coupons valid for P30D, on cancel KEEP, reissue true\n" in created, created
        changed = fine("policy", "change", "7", "--on-cancel", "return", "--reissue", "no", "--valid-for", "none")
        assert changed.endswith("revision 2, up to 2 a user\n"), changed
        fine("issue", "--policy", "7", "--user", "42")
        assert "coupon 2 of policy 7" in fine("issue", "--policy", "7", "--user", "42", "--ordinal", "2")
        reserved = fine(*coupon("reserve", 1, "order-17", "--hold-for", "PT10M"))
        assert reserved.startswith("ACCEPTED: coupon 1 of policy 7, user 42: RESERVED by order-17 until 20"), reserved
        held = refused(*coupon("use", 1, "order-18"))
        assert "RESERVED: Another order holds this coupon. It is RESERVED by order-17 until 20" in held, held
        assert "coupon 1 of policy 7, user 42: ISSUED\n" in fine(*coupon("release", 1, "order-17"))
        assert "ACCEPTED: coupon 1 of policy 7, user 42: USED by order-18" in fine(*coupon("use", 1, "order-18"))
        assert "UNCHANGED: coupon 1" in fine(*coupon("use", 1, "order-18"))
        assert fine("coupon", "show", "--policy", "7", "--sequence", "1") == (
            "coupon 1 of policy 7, user 42: USED by order-18\n")
        assert "ISSUED" in fine(*coupon("restore", 1, "order-18"))
        assert "CANCELLED by a" in fine(*coupon("cancel", 1, "a", "--reason", "wrong size", "--user", "42"))
        assert "UNKNOWN_COUPON" in refused(*coupon("cancel", 2, "b", "--user", "43"))
        assert "--hold-for must be a duration" in refused(*coupon("reserve", 2, "b", "--hold-for", "10m"))
        assert ", 1 cancelled, " in fine("policy", "get", "7")
        deadline = time.monotonic() + DEADLINE
        while not (listed := fine("coupon", "list", "--policy", "7", "--state", "CANCELLED")):
            assert time.monotonic() < deadline, "the list is as of what is saved"
        assert listed == "coupon 1 of policy 7, user 42: CANCELLED by a\n"
        answer = json.loads(fine("coupon", "show", "--policy", "7", "--sequence", "2", "--json"))
        assert (answer["state"], answer["ordinal"]) == ("ISSUED", 2)


def test_a_policy_is_shown_by_the_clock_and_a_refusal_has_the_opening_time(tmp_path):
    with Server(tmp_path) as server:
        where = ("--server", f"http://{server.users}", "--admin", f"http://{server.admin}")
        create = ("policy", "create", "--max-count", "5", *where)
        code, out, _ = run(*create, "--name", "Later", "--id", "7", "--issue-starts-at", "2036-12-01T12:00:00+09:00")
        assert code == 0 and "0 issued, 5 of 5 remaining, SCHEDULED, revision 1, from 2036-12-01T03:00:00.000Z" in out, out
        code, _, err = run("issue", "--policy", "7", "--user", "42", *where)
        assert code == 1 and "NOT_STARTED" in err and "It starts at 2036-12-01T03:00:00.000Z" in err, err
        run(*create, "--name", "Over", "--id", "8", "--issue-ends-at", "2026-01-01T00:00:00Z")
        listed = run("policy", "list", *where)[1]
        assert re.findall("SCHEDULED|ENDED|ACTIVE", listed) == ["SCHEDULED", "ENDED"], listed
        # An operator's state takes precedence over the window.
        assert "PAUSED" in run("policy", "pause", "7", *where)[1]
        assert "SCHEDULED" in run("policy", "resume", "7", *where)[1]
        assert "ACTIVE" in run("policy", "change", "7", "--issue-starts-at", "2026-01-01T00:00:00Z", *where)[1]
        code, _, err = run(*create, "--name", "x", "--issue-starts-at", "noon")
        assert code == 1 and "--issue-starts-at must be a time like" in err and "issueStartsAt" not in err, err
        # With its offset applied, this is in the year 10000.
        for flag in ("--issue-starts-at", "--issue-ends-at", "--valid-from", "--valid-until"):
            code, _, err = run(*create, "--name", "x", flag, "9999-12-31T23:59:59-05:00")
            assert code == 1 and f"{flag} must be a time like" in err and "in the years 1 to 9999 of UTC" in err, err


def test_ids_are_strings_on_a_server_that_is_configured_so(tmp_path):
    last = "9223372036854775807"
    with Server(tmp_path, "--ids", "string") as server:
        where = ("--server", f"http://{server.users}", "--admin", f"http://{server.admin}")
        code, out, err = run("policy", "create", "--id", last, "--name", "Last", "--max-count", "5", *where)
        assert code == 0 and out.startswith(f'policy {last} "Last"'), out + err
        answer = json.loads(run("issue", "--policy", last, "--user", last, "--json", *where)[1])
        assert (answer["policyId"], answer["userId"], answer["sequence"]) == (last, last, 1)
        assert f"user {last} has coupon 1 of policy {last}" in run("issue", "--policy", last, "--user", last, *where)[1]
        assert json.loads(run("policy", "list", "--json", *where)[1])["policies"][0]["id"] == last
        code, out, err = run("bench", "--requests", "200", "--users", "50", "--max-count", "20", *where)
        assert code == 0, out + err
        server.stop()


@pytest.mark.parametrize("words, env, named", [
    (("policy", "list", "--server", "http://127.0.0.1:9"), {}, "--server: cannot connect to http://127.0.0.1:9"),
    (("policy", "pause", "7"), {"FIRSTCOME_ADMIN": "http://127.0.0.1:9"}, "FIRSTCOME_ADMIN: cannot connect to http://127.0.0.1:9"),
    (("policy", "pause", "7", "--admin", "nonsense"), {}, "--admin: 'nonsense' is not the address of a server"),
    (("policy", "pause", "7", "--admin-key-file", "/none"), {}, "--admin-key-file: cannot read /none"),
    (("policy", "list"), {"FIRSTCOME_SERVER": "nonsense"}, "FIRSTCOME_SERVER: 'nonsense' is not the address of a server"),
    (("bench", "--server", "nonsense"), {}, "--server: 'nonsense' is not an address"),
])
def test_an_error_names_the_flag_or_the_variable(words, env, named):
    code, out, err = run(*words, env=clean_environment(**env))
    assert code in (1, 2) and out == "" and named in err, err


def test_policy_list_shows_the_policies_of_all_pages(tmp_path):
    with Server(tmp_path) as server:
        for policy in range(1, 102):
            server.create_policy(policy, max_count=1)
        code, listed, err = run("policy", "list", "--server", f"http://{server.users}")
        assert (code, err) == (0, "")
        assert [line.split()[1] for line in listed.splitlines()] == [str(policy) for policy in range(1, 102)]
        pages = run("policy", "list", "--json", "--server", f"http://{server.users}")[1].splitlines()
        assert [len(json.loads(page)["policies"]) for page in pages] == [100, 1]


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path):
    config = tmp_path / "firstcome.toml"
    config.write_text("partitions = 4\nadmin-listen = '127.0.0.1:0'\nthreads = 3\n")
    env = clean_environment(FIRSTCOME_LISTEN="127.0.0.1:0", FIRSTCOME_THREADS="2", FIRSTCOME_PARTITIONS="6")
    flags = ("--config", str(config), "--partitions", "5")
    with Server(tmp_path / "data", *flags, env=env, listen=()) as server:
        assert "2 threads" in server.log_text() and "5 partitions" in server.log_text()
        server.stop()
    config.write_text("partitons = 4\n")
    code, _, err = run("serve", "--config", str(config))
    assert code == 2 and "did you mean partitions?" in err and "line 1" in err, err


def test_config_shows_the_source_of_every_value(tmp_path):
    config = tmp_path / "firstcome.toml"
    config.write_text("# a comment\nwait-most = '9s'\nthreads = 3\n")
    env = clean_environment(FIRSTCOME_THREADS="2")
    words = ("--config", str(config), "--save-linger", "5ms")
    code, shown, err = run("config", "show", *words, env=env)
    assert (code, err) == (0, "")
    for line in ("threads = 2  # FIRSTCOME_THREADS", f'wait-most = "9s"  # {config} line 2 (wait-most)',
                 'save-linger = "5ms"  # --save-linger', 'wait = "2s"  # default', '# store = ""  # not set'):
        assert line in shown.splitlines(), shown
    code, out, err = run("config", "show", *words, "--json", env=env)
    settings = {setting["name"]: setting for setting in json.loads(out)["settings"]}
    assert settings["threads"] == {"name": "threads", "value": 2, "origin": "FIRSTCOME_THREADS"}
    assert settings["store"] == {"name": "store", "value": None, "origin": None}
    # The printed settings are a configuration file with the same effect.
    config.write_text(shown)
    code, again, err = run("config", "show", "--config", str(config))
    assert (code, err) == (0, "")
    assert [line.split("  #")[0] for line in again.splitlines()] == [line.split("  #")[0] for line in shown.splitlines()]


def test_config_show_hides_secrets():
    env = clean_environment(FIRSTCOME_STORE="postgresql://me:hush@db/shop", FIRSTCOME_KAFKA="sasl.password=hush")
    for words in ((), ("--json",)):
        code, out, err = run("config", "show", *words, env=env)
        assert (code, err) == (0, "") and "hush" not in out and "postgresql://me:***@db/shop" in out, out


@pytest.mark.parametrize("name, value", [
    ("store", "postgresql://db/shop?sslpassword=hush"), ("store", "postgresql://db/shop?PASSWORD=hush"),
    ("store", "postgresql://db/shop?pass%77ord=hush"), ("store", "host=db password = 'hush hush' user=me"),
    ("store", "postgresql://me:hu/hush@db/shop"), ("journal", "kafka://a:9092?SASL.PASSWORD=hush"), ("journal", "me:hush@a:9092"),
    ("kafka", "SASL.PASSWORD=hush"), ("kafka", "ssl.key.password = hush hush")])
def test_secrets_in_any_spelling_are_stars_in_the_settings(name, value):
    for words in (("config", "show"), ("config", "show", "--json")):
        code, out, err = run(*words, f"--{name}", value)
        assert (code, err) == (0, "") and "hush" not in out and "***" in out, out
    rest = {"store": "postgresql://db/shop", "journal": "kafka://a:9092", "kafka": "linger.ms=2", name: value}
    for words in (("config", "check"), ("serve",)):
        code, out, err = run(*words, *(f"--{option}={typed}" for option, typed in rest.items()))
        assert (code, out) == (2, "") and "hush" not in err, err


@pytest.mark.parametrize("words", [
    ("store", "check", "postgresql://me:hush@db/shop"), ("postgresql://me:hush@db/shop",), ("store", "postgresql://me:hush@db/shop"),
    ("serve", "-postgresql://me:hush@db/shop"), ("serve", "--role", "postgresql://me:hush@db/shop"),
    ("serve", "--listen", "postgresql://me:hush@db/shop"), ("policy", "get", "1", "--server", "http://me:hush@shop:8080"),
    ("bench", "--server", "http://me:hush@shop:8080")])
def test_a_misplaced_address_is_not_repeated_with_its_password(words):
    code, out, err = run(*words)
    assert code != 0 and "hush" not in out + err, (out, err)


@pytest.mark.parametrize("address", [
    "postgresql://me:hush@db/shop", "postgresql://me@db/shop?password=hush", "postgresql://me@db/shop?sslpassword=hush",
    "postgresql://me@db/shop?PASSWORD=hush", "postgresql://me@db/shop?pass%77ord=hush", "host=db password='hush hush'"])
@pytest.mark.parametrize("command", [("config", "check"), ("serve",), ("audit",)], ids=" ".join)
def test_a_password_in_the_stores_address_is_wrong_usage_and_not_repeated(command, address):
    code, out, err = run(*command, "--journal", "kafka://127.0.0.1:9", "--store", address)
    assert (code, out) == (2, "") and "--store: The address of the store contains a password" in err and "hush" not in err, err


def test_config_check_reports_whether_serve_would_start_and_names_an_unused_variable(tmp_path):
    code, out, err = run("config", "check", "--data", str(tmp_path / "data"))
    assert (code, err) == (0, "") and f"would start as all, on {tmp_path}/data" in out, out
    assert not (tmp_path / "data").exists()
    env = clean_environment(FIRSTCOME_LISEN="127.0.0.1:1")
    code, out, err = run("config", "check", env=env)
    assert code == 0 and "FIRSTCOME_LISEN is set in the environment but is not a setting; did you mean FIRSTCOME_LISTEN?" in err, err
    warnings = json.loads(run("config", "check", "--json", env=env)[1])["warnings"]
    assert len(warnings) == 1 and "FIRSTCOME_LISTEN" in warnings[0]
    config = tmp_path / "firstcome.toml"
    config.write_text("wait = '3s'\nwait-most = '1s'\n")
    code, out, err = run("config", "check", "--config", str(config))
    assert (code, out) == (2, "") and "line 1 (wait): '3s' is more than wait-most" in err, err


def test_the_demo_has_policies_to_try(tmp_path):
    for life in ("new", "again"):
        with Server(tmp_path, "--demo") as server:
            policy = server.policy(1)
            assert policy["maxCount"] == 1_000, life
            server.wait_for(r"curl -i http://" + server.users + "/v1/policies/1/coupons")
            server.stop()


@pytest.mark.parametrize("found", [True, False])
def test_the_demo_puts_the_binary_on_the_path_of_a_shell_that_does_not_find_it(tmp_path, found):
    folder = os.path.dirname(os.path.realpath(BINARY))
    env = clean_environment(PATH=f"/usr/bin:{folder}" if found else "/usr/bin")
    with Server(tmp_path, "--demo", env=env) as server:
        server.wait_for("Ctrl-C stops")
        assert (f"export PATH={folder}:$PATH" in server.log_text()) == (not found), server.log_text()
        server.stop()
