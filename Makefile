# firstcome: the targets. `make` without a target lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -eu -c

packages  := scripts/install-packages
binary    := build/release/bin/firstcome
jobs      := $(shell nproc)
sources   := git ls-files --cached --others --exclude-standard -- 'src/*.h' 'src/*.cpp' 'test/*.h' 'test/*.cpp' 'bench/*.h' 'bench/*.cpp'

# Configures a tree once; later, ninja detects when it must be configured again. The second argument is an option
# that the tree must have been configured with.
define configured
	@if ! grep -qs '^$(subst =,:BOOL=,$(2))$$' build/$(1)/CMakeCache.txt || [ ! -e build/$(1)/build.ninja ]; then \
	   cmake --preset $(1) -D$(2); fi
endef

.PHONY: help
help:  ## list the targets
	@echo 'firstcome: coupons, first come, first served.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run:  ## build the binary and start a server with a demo policy (ARGS='--listen 127.0.0.1:9000')
	@$(packages) build run
	@[ -e build/release/build.ninja ] || cmake --preset release -DFIRSTCOME_TESTS=OFF
	@cmake --build --preset release --target firstcome
	@exec $(binary) serve --demo $(ARGS)

# Ports from CLUSTER_PORTS on: three brokers, their controllers, PostgreSQL.
CLUSTER_PORTS ?= 9092
.PHONY: cluster
cluster:  ## start three Kafka brokers and PostgreSQL on loopback, in ./firstcome-cluster, until Ctrl-C
	@$(packages) run servers
	@exec scripts/cluster/run --stay --brokers 3 --postgres --port-base $(CLUSTER_PORTS) --folder firstcome-cluster

.PHONY: run-distributed
run-distributed:  ## the same with two issuers, two edges and a demo policy, until Ctrl-C (ARGS='--http-base 9000')
	@$(packages) build run servers
	@[ -e build/release/build.ninja ] || cmake --preset release -DFIRSTCOME_TESTS=OFF
	@cmake --build --preset release --target firstcome
	@exec scripts/run-distributed --port-base $(CLUSTER_PORTS) $(ARGS)

.PHONY: build
build:  ## build the release binary only
	@$(packages) build run
	@[ -e build/release/build.ninja ] || cmake --preset release -DFIRSTCOME_TESTS=OFF
	@cmake --build --preset release --target firstcome

.PHONY: image
image: build  ## build the container image into build/firstcome.oci.tar, without a container engine
	@$(packages) image
	@scripts/image

.PHONY: package
package: build  ## build the Debian package into build/package
	@$(packages) package
	@scripts/package

.PHONY: release
release:  ## build everything that a release has into build/release-artifacts, from the commit that is checked out
	@$(packages) build run package image
	@scripts/release

# The release tree with all tests, and the sanitized tree with the unit tests and the simulation. One ctest runs both,
# so its last lines summarize all tests.
.PHONY: test
test:  ## run all tests of this system, in half an hour
	@$(packages) build test servers
	$(call configured,release,FIRSTCOME_TESTS=ON)
	$(call configured,asan,FIRSTCOME_TESTS=ON)
	@cmake --build --preset release
	@cmake --build --preset asan --target small_tests
	@echo 'subdirs("release" "asan/src" "asan/test/simulation")' > build/CTestTestfile.cmake
	@ctest --test-dir build --parallel $(jobs) --output-on-failure --no-tests=error

# Slow tests of what is installed elsewhere: packages, images, charts, other systems. Not part of `make test`.
.PHONY: test-platforms
test-platforms: build  ## test packages, image, chart and other systems, in under an hour (TESTS=test_package.py for one file)
	@$(packages) test servers image package platforms
	@FIRSTCOME_BINARY=$(CURDIR)/$(binary) /usr/bin/python3 -B -m pytest -v --timeout=1800 -p no:cacheprovider $(addprefix test/platforms/,$(or $(TESTS),.))

.PHONY: asan
asan:  ## run the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(packages) build test servers
	$(call configured,asan,FIRSTCOME_TESTS=ON)
	@cmake --build --preset asan
	@ctest --preset asan --parallel $(jobs)

.PHONY: tsan
tsan:  ## run the tests under ThreadSanitizer, including those of the whole binary
	@$(packages) build test servers
	$(call configured,tsan,FIRSTCOME_TESTS=ON)
	@cmake --build --preset tsan
	@ctest --preset tsan --parallel $(jobs)

# New inputs are kept in build/fuzz/corpus, so that the next run continues from there; failing inputs in build/fuzz.
# An input that found a fault belongs into test/fuzz/corpus, with the fix.
FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz:  ## run libFuzzer on each target, one minute each (FUZZ_SECONDS=600)
	@$(packages) build test fuzz
	$(call configured,fuzz,FIRSTCOME_FUZZ=ON)
	@cmake --build --preset fuzz --target fuzz_record fuzz_decider fuzz_ticket fuzz_http fuzz_connection fuzz_config fuzz_token fuzz_keys
	@for target in record decider ticket http connection config token keys; do \
	   echo "fuzzing $$target for $(FUZZ_SECONDS) s"; mkdir -p build/fuzz/corpus/$$target; \
	   build/fuzz/test/fuzz/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -verbosity=0 -print_final_stats=1 \
	     -artifact_prefix=build/fuzz/failed-$$target- build/fuzz/corpus/$$target test/fuzz/corpus/$$target; \
	 done

# Not in `make test`, which has one freeze. Each freeze takes about 15 s.
FREEZES ?= 100
.PHONY: faults-coordinator
faults-coordinator:  ## freeze the coordinator of the issuers' group a hundred times (FREEZES=10)
	@$(packages) build test servers
	@[ -e build/release/build.ninja ] || cmake --preset release -DFIRSTCOME_TESTS=ON
	@cmake --build --preset release --target firstcome
	@FIRSTCOME_BINARY=$(CURDIR)/$(binary) FREEZES=$(FREEZES) FROZEN_FOR=10 ISSUERS=6 /usr/bin/python3 -B -m pytest -v -rfEP -s \
	   --timeout=$$(( 300 + 60 * $(FREEZES) )) -p no:cacheprovider test/integration/test_coordinator.py

.PHONY: bench
bench:  ## measure all figures beside their peers, and write docs/performance.md (ARGS='--rounds 7')
	@$(packages) build bench servers
	$(call configured,bench,FIRSTCOME_BENCH=ON)
	@cmake --build --preset bench
	@bench/run --out bench/results/latest.json $(ARGS)
	@bench/report.py bench/results/latest.json

.PHONY: bench-peers
bench-peers:  ## compare with other designs for the same task; goes on after an interruption (ARGS='--rounds 7')
	@$(packages) build bench servers
	$(call configured,bench,FIRSTCOME_BENCH=ON)
	@cmake --build --preset bench
	@bench/peers/run $(ARGS)
	@bench/report.py bench/results/latest.json

.PHONY: bench-curves
bench-curves:  ## what a winner costs against connections, policies, …, and a small fleet against the law that sizes a large one
	@$(packages) build bench servers
	$(call configured,bench,FIRSTCOME_BENCH=ON)
	@cmake --build --preset bench
	@bench/curves $(ARGS)
	@bench/fleet
	@bench/report.py bench/results/latest.json

.PHONY: format
format:  ## format every source file
	@$(packages) format
	@$(sources) | xargs clang-format -i

.PHONY: lint-format
lint-format:  ## check the format of every source file
	@$(packages) format
	@$(sources) | xargs clang-format --dry-run -Werror

.PHONY: lint-words
lint-words:  ## find the words that scripts/forbidden-words.txt lists
	@scripts/lint-words

# Whole folders at once: most of the time goes into headers. With FILES, from the dev tree, which has each file alone.
.PHONY: lint
lint: lint-format lint-words  ## check the format and the words, and run clang-tidy (FILES='src/node/node.cpp' for some files only)
	@$(packages) build test servers lint
	$(call configured,$(if $(FILES),dev,lint),FIRSTCOME_TESTS=$(if $(FILES),ON,OFF))
	@cd build/$(if $(FILES),dev,lint) && ninja $$(ninja -t targets rule CUSTOM_COMMAND | grep '\.cpp$$') >/dev/null
	@run-clang-tidy-16 -quiet -p build/$(if $(FILES),dev,lint) $(or $(FILES),'/src/.*\.(cpp|cxx)$$') 2>/dev/null

.PHONY: clean
clean:  ## delete all builds; data is kept
	@rm -rf build
