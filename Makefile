# What a fresh clone can do. `make help` lists the targets; `make` alone builds what `make install` installs.
PREFIX ?= /usr/local
DESTDIR ?=
UNITS ?= $(PREFIX)/lib/systemd/system
PROGRAM := huaweicloud-artifact-exporter
SOURCES := Package.swift Sources Tests Benchmarks

.PHONY: release help setup demo test build format lint check check-documents check-console check-dashboards check-deploy unit day sanitize bench guard soak fuzz install deb test-debian13 test-ways-in docs pictures clean
.DEFAULT_GOAL := release

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

setup: ## install the system packages that are missing
	@scripts/setup

demo: ## run the exporter against a simulated cloud
	@scripts/setup build
	swift build --product $(PROGRAM)
	.build/debug/$(PROGRAM) demo $(ARGS)

test: setup lint build check unit ## check, build and test everything, in a quarter of an hour and without root
	@echo "make test: all well. What it leaves out: make sanitize, make day, make test-debian13, make test-ways-in (packages and services on bare" \
	  "machines), deploy/check-image and deploy/check-pod (an image and a Pod; they need podman), make soak, make fuzz"

test-debian13: ## `make test` of what is committed, on a bare Debian 13
	scripts/machine trixie -- make test

test-ways-in: ## what takes longer than `make test` may: packages and services on bare machines; ARGS names parts
	scripts/ways-in $(ARGS)

build: ## debug build, warnings are errors
	swift build --build-tests

release: ## optimised, stripped binary in .build/release, and its manual page
	@scripts/setup release
	scripts/release $(PROGRAM)
	strip .build/release/$(PROGRAM)
	scripts/man .build/release/$(PROGRAM) > .build/release/$(PROGRAM).1

format: ## format the sources
	swift format --in-place --recursive --parallel $(SOURCES)

# The brackets keep the pattern from finding itself.
TRICKS := unsafe[F]lags|-X[f]rontend|no-[p]ie|_super[C]ommandName|@_[s]ilgen_name|@_[c]decl|_[s]wift_stdlib

lint: ## check the format, and that no flag or override stands where none may
	swift format lint --strict --recursive --parallel $(SOURCES)
	@if grep -rnE -e '$(TRICKS)' Package.swift Sources scripts Makefile; then \
	  echo "lint: no flags for other people's code, no replaced symbols of the runtime (docs/architecture.md, Decisions)" >&2; \
	  exit 1; fi

check: build ## check what is generated or handed out: documents and their commands, dashboards, rules, manifests
	$(MAKE) --jobs 2 --output-sync check-documents check-console check-dashboards check-deploy

check-documents:
	.build/debug/$(PROGRAM) metrics | diff -u docs/metrics.md -
	scripts/check-documents
check-console:
	scripts/console-blocks
check-dashboards:
	dashboards/check
check-deploy:
	deploy/check

# Those of the program as a whole beside the others: both wait more than they compute. In each, one after the other: many block
# a thread while they wait for a socket or a subprocess, and Swift has few. What failed stands once more at the end, where the
# last lines of a log show it.
TESTS := .build/debug/$(PROGRAM)PackageTests.xctest --testing-library swift-testing --no-parallel
unit: SHELL := /bin/bash
unit: export NO_COLOR := 1
unit: build ## run every test
	@$(TESTS) --filter '^EndToEndTests' >.build/end-to-end.log 2>&1 & \
	$(TESTS) --skip '^EndToEndTests' 2>&1 | tee .build/unit.log; status=$${PIPESTATUS[0]}; \
	wait $$! || status=1; cat .build/end-to-end.log; \
	if [ $$status != 0 ]; then grep -h -A 3 '✘' .build/unit.log .build/end-to-end.log; fi; exit $$status

# Their time is the simulated cloud's, which passes as fast as the pages can be made.
DAY_MINUTES ?= 1620
day: SHELL := /bin/bash
day: build ## show two simulated days to the alerts, a page for each minute
	rm -rf .build/day
	set -o pipefail; DAY_DIRECTORY=.build/day DAY_MINUTES=$(DAY_MINUTES) swift test --skip-build --no-parallel --filter DayTests | tail -n 3
	deploy/prometheus/day .build/day

# The transport is where C and threads meet, the collection where tasks do.
sanitize: ## run the transport and collection tests under the thread and address sanitizers
	scripts/sanitize thread
	scripts/sanitize address

docs: ## write anew what the documents take from the program
	swift build --product $(PROGRAM)
	scripts/docs .build/debug/$(PROGRAM)

soak: ## run against random faults for 15 minutes
	SOAK_SECONDS=$${SOAK_SECONDS:-900} swift test --filter SoakTests

fuzz: ## a million cases for each parser of bytes from outside
	FUZZ_CASES=$${FUZZ_CASES:-1000000} swift test -c release -Xswiftc -enable-testing --no-parallel \
	  --filter Fuzz

bench: ## compare with peers; writes docs/benchmarks.md
	Benchmarks/run $(ARGS)

guard: ## count instructions of collecting and rendering, which no neighbour disturbs
	Benchmarks/guard

pictures: build ## take the README's pictures anew
	scripts/pictures

# It builds nothing, since root does it. The units name the program's place, so they are written for PREFIX; a configuration
# that is there stays. With DESTDIR, making the user is left to whoever takes what is in there to its place.
install: ## install what `make release` built into $(DESTDIR)$(PREFIX)
	@test -e .build/release/$(PROGRAM).1 || { echo "install: nothing to install: run make release first, not as root" >&2; exit 1; }
	install -D -m 755 .build/release/$(PROGRAM) $(DESTDIR)$(PREFIX)/bin/$(PROGRAM)
	install -D -m 644 .build/release/$(PROGRAM).1 $(DESTDIR)$(PREFIX)/share/man/man1/$(PROGRAM).1
	install -D -m 644 deploy/systemd/$(PROGRAM).sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/$(PROGRAM).conf
	install -D -m 644 deploy/systemd/$(PROGRAM).tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/$(PROGRAM).conf
	install -d $(DESTDIR)$(UNITS)
	for unit in $(PROGRAM).service $(PROGRAM)-once.service $(PROGRAM)-once.timer; do \
	  sed 's#/usr/local/bin#$(PREFIX)/bin#' deploy/systemd/$$unit > $(DESTDIR)$(UNITS)/$$unit || exit 1; done
	test -e $(DESTDIR)/etc/default/$(PROGRAM) || \
	  install -D -m 644 deploy/systemd/$(PROGRAM).default $(DESTDIR)/etc/default/$(PROGRAM)
	test -e $(DESTDIR)/etc/$(PROGRAM)/config.yaml || \
	  install -D -m 644 deploy/config.example.yaml $(DESTDIR)/etc/$(PROGRAM)/config.yaml
	test -n "$(DESTDIR)" || systemd-sysusers $(PREFIX)/lib/sysusers.d/$(PROGRAM).conf
	test -n "$(DESTDIR)" || systemd-tmpfiles --create $(PREFIX)/lib/tmpfiles.d/$(PROGRAM).conf

deb: release ## Debian package of it in .build/deb, for the release that this runs on
	@scripts/setup deb
	scripts/deb

clean: ## remove what was built
	swift package clean
