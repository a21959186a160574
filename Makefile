# What a fresh clone can do. `make` alone lists the targets.
PREFIX ?= /usr/local
DESTDIR ?=
PROGRAM := huaweicloud-artifact-exporter
SOURCES := Package.swift Sources Tests Benchmarks

.PHONY: help setup demo test build release format lint check unit sanitize bench guard soak fuzz install docs pictures check-deploy clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

setup: ## install the system packages that are missing
	@scripts/setup

demo: ## run the exporter against a simulated cloud
	@scripts/setup build
	swift build --product $(PROGRAM)
	.build/debug/$(PROGRAM) demo $(ARGS)

test: setup lint build check unit sanitize ## check, build and test everything

build: ## debug build, warnings are errors
	swift build --build-tests

release: ## optimised, stripped binary in .build/release
	@scripts/setup build
	scripts/release $(PROGRAM)
	strip .build/release/$(PROGRAM)

format: ## format the sources
	swift format --in-place --recursive --parallel $(SOURCES)

# The brackets keep the pattern from finding itself.
TRICKS := unsafe[F]lags|-X[f]rontend|no-[p]ie|_super[C]ommandName|@_[s]ilgen_name|@_[c]decl|_[s]wift_stdlib

lint: ## check the format, and that no flag or override stands where none may
	swift format lint --strict --recursive --parallel $(SOURCES)
	@if grep -rnE -e '$(TRICKS)' Package.swift Sources scripts Makefile; then \
	  echo "lint: no flags for other people's code, no replaced symbols of the runtime (docs/architecture.md, Decisions)" >&2; \
	  exit 1; fi

check: build ## check what is generated or handed out: metrics catalogue, dashboards, rules, manifests
	.build/debug/$(PROGRAM) metrics | diff -u docs/metrics.md -
	dashboards/check
	deploy/check --offline

# One after the other: many tests block a thread while they wait for a socket or a subprocess, and Swift has few.
# What failed stands once more at the end, where the last lines of a log show it.
unit: SHELL := /bin/bash
unit: build ## run every test
	set -o pipefail; swift test --skip-build --no-parallel 2>&1 | tee .build/unit.log || \
	  { grep -A 3 '✘' .build/unit.log; exit 1; }

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
	FUZZ_CASES=$${FUZZ_CASES:-1000000} swift test -c release -Xswiftc -enable-testing --filter Fuzz

bench: ## compare with peers; writes docs/benchmarks.md
	Benchmarks/run $(ARGS)

guard: ## count instructions of collecting and rendering, which no neighbour disturbs
	Benchmarks/guard

pictures: build ## take the README's pictures anew
	scripts/pictures

check-deploy: build ## check everything under deploy/ with the tools that are there
	deploy/check

# The unit names the program's place, so it is written for PREFIX; a configuration that is there stays.
install: release ## install into $(DESTDIR)$(PREFIX)
	install -D -m 755 .build/release/$(PROGRAM) $(DESTDIR)$(PREFIX)/bin/$(PROGRAM)
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's#/usr/local/bin#$(PREFIX)/bin#' deploy/systemd/$(PROGRAM).service \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/system/$(PROGRAM).service
	test -e $(DESTDIR)/etc/default/$(PROGRAM) || \
	  install -D -m 644 deploy/systemd/$(PROGRAM).default $(DESTDIR)/etc/default/$(PROGRAM)
	test -e $(DESTDIR)/etc/$(PROGRAM)/config.yaml || \
	  install -D -m 640 deploy/config.example.yaml $(DESTDIR)/etc/$(PROGRAM)/config.yaml

clean: ## remove what was built
	swift package clean
