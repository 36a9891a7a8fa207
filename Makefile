# Everything a contributor or a packager runs. `make help` lists the targets.

BUN_VERSION := 1.4.5
# The architecture: amd64 or arm64. The file name of the latter ends in _arm64.
ARCH ?= amd64
BINARY := dist/user_sessions_exporter$(if $(filter-out amd64,$(ARCH)),_$(ARCH))
SOURCES := $(shell find src -name '*.ts' 2>/dev/null) scripts/build.ts scripts/check_executable.ts \
	scripts/arch.ts scripts/runtime.ts package.json Makefile

PREFIX ?= /usr/local
ARGS ?=
# The hosts for `make e2e`: Debian releases; those with the suffix -field have xrdp, mosh, cockpit and the like.
SUITES ?= bookworm trixie

# The unit tests: all tests that need no executable, no server and no package.
UNIT := test/architecture.test.ts test/documents.test.ts test/main.test.ts test/config.test.ts test/format.test.ts test/log.test.ts test/sources \
	test/model test/metrics test/collectors test/web test/cli test/helpers test/fuzz test/scripts
# Left out of the fast tests, which share processes: tests that take seconds.
SLOW := reader_damage reader_real_journald trust trusted_values auth_logs_pacing follower_race *growth program main cli/commands/check cli/commands/doctor \
	cli/commands/metrics cli/commands/serve cli/watch helpers/tree join_crowd join_hosts reader_journalctl sbom web/node/listener \
	web/server_clients runtime/user_folding
# Tests with fuzz in their path, and others with random cases.
FUZZED := fuzz tzif yaml syslog_line failure_window user_counts process_scan_groups attempt_lines
UNIT_TEST = $(BUN) test --parallel --timeout 120000

# Use a bun of the right version on PATH, else the one that npm installs.
SYSTEM_BUN := $(shell [ "$$(bun --version 2>/dev/null)" = $(BUN_VERSION) ] && command -v bun)
BUN := $(or $(SYSTEM_BUN),node_modules/.bin/bun)
INSTALLED := node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help run build build-linux test test-fast test-unit test-arm64 test-examples watch lint fmt coverage bench fuzz load mutate \
	update-golden deb dist e2e install clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(BINARY) ## Build it and serve metrics on :10041; make run ARGS="--log.level=debug"
	$(BINARY) $(ARGS)

build: $(BINARY) ## Build and check dist/user_sessions_exporter; make build ARCH=arm64

build-linux: $(BINARY) ## The same as build: the executable is always for Linux

$(BINARY): $(SOURCES) $(INSTALLED)
	$(BUN) scripts/build.ts --arch=$(ARCH) $@

test: $(BINARY) ## Run all tests; as root on Debian, first install the servers that they test against
	scripts/test_prerequisites.sh
	$(BUN) test --timeout 60000 $(ARGS)

test-fast: lint ## Check the code and run the unit tests in parallel, without slow ones and with little fuzzing
	FUZZ_SECONDS=0.02 $(UNIT_TEST) --no-isolate --only-failures $(UNIT) \
		$(SLOW:%=--path-ignore-patterns '**/%.test.ts') $(ARGS)

test-unit: $(INSTALLED) ## Run all unit tests in parallel
	$(UNIT_TEST) --only-failures $(UNIT) $(ARGS)

watch: $(INSTALLED) ## Run the unit tests of changed files at each change
	FUZZ_SECONDS=0.02 $(BUN) --watch test --changed --timeout 120000 $(UNIT) $(ARGS)

lint: $(INSTALLED) ## Check formatting, types and lint rules
	$(BUN) fmt --check
	$(BUN) check
	node_modules/.bin/oxlint --deny-warnings src test scripts

fmt: $(INSTALLED) ## Format the code
	$(BUN) fmt

test-arm64: ## Build for arm64 and run the executable in an emulator
	$(MAKE) build ARCH=arm64
	scripts/test_arm64.sh dist/user_sessions_exporter_arm64

test-examples: $(BINARY) ## Validate the examples for containers, and run the files of the image
	$(BUN) scripts/check_examples.ts
	scripts/test_image.sh $(BINARY)

coverage: $(BINARY) ## Run the tests and write a coverage report to coverage/
	scripts/test_prerequisites.sh
	$(BUN) test --coverage

fuzz: $(INSTALLED) ## Fuzz every parser for a minute, or CASES=10000000 times, or FUZZ_SECONDS=600
	FUZZ_SECONDS=$${FUZZ_SECONDS:-60} $(if $(CASES),CASES=$(CASES)) $(BUN) test --parallel --timeout 100000000 $(FUZZED) $(ARGS)

mutate: $(INSTALLED) ## Change 200 lines of src/ one by one and list the changes that no test notices; SEED, COUNT
	$(BUN) scripts/mutate.ts $(if $(SEED),--seed=$(SEED)) $(if $(COUNT),--count=$(COUNT)) $(ARGS)

bench: $(BINARY) ## Measure what it costs, on hosts with many processes, control groups and sockets (needs cc, unshare)
	$(BUN) scripts/bench.ts

load: $(BINARY) ## Test it under load: 200 scrapers beside 2,000 silent and slow clients; LOAD_SCRAPES=100000 for longer (needs wrk)
	$(BUN) scripts/load.ts

update-golden: $(BINARY) ## Rewrite the golden files with the present output of the executable
	UPDATE_GOLDEN=1 $(BUN) test test/golden.test.ts

deb: $(BINARY) ## Build the Debian package in dist/ (needs dpkg-deb, but not root); make deb ARCH=arm64
	$(BUN) scripts/deb.ts --arch=$(ARCH) $(ARGS)

dist: ## Build a release for both architectures in dist/release/, with checksums and an SBOM
	$(MAKE) build deb ARCH=amd64
	$(MAKE) build deb ARCH=arm64
	$(BUN) scripts/dist.ts

e2e: deb ## Boot Debian hosts, install the package in each and use it; make e2e SUITES="bookworm trixie-field"
	scripts/test_prerequisites.sh
	test/e2e/machine/prerequisites.sh
	$(BUN) test/e2e/run.ts $(SUITES)

install: $(BINARY) ## Install the executable below PREFIX (/usr/local)
	install -D -m 0755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/user_sessions_exporter

clean: ## Remove all build results
	rm -rf dist coverage

# Without npm, a bun of any version installs the packages, including the pinned bun. Where install scripts
# are disabled (ignore-scripts), run the one that installs bun by hand.
$(INSTALLED): package.json package-lock.json
	if command -v npm >/dev/null; then npm install --no-save --no-audit --no-fund; else bun install --no-save; fi
	node_modules/.bin/bun --version >/dev/null 2>&1 || $$(command -v node || command -v bun) node_modules/bun/install.js
	touch $@
