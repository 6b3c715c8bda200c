# Madoguchi: the two commands are `make demo` and `make test`; the rest is for daily work.

# The folder of the stack: keys, simulated authority, configuration, people, history.
STATE ?= .madoguchi
# Whose card lies on the reader.
PERSON ?= mado
# The business date; without it the date on that person's sample, or today.
AS_OF ?=
# CARD=none leaves the reader empty.
CARD ?=
# ONCE=1 ends the demonstration after the check-in.
ONCE ?=

export STATE PERSON AS_OF CARD ONCE

.PHONY: demo test system up down build bench soak sessions fuzz lint format clean

## Checks one patient in, end to end, and shows what everybody sees.
demo: build
	@scripts/demo.sh

## Every test: unit, integration through a private pcscd, style.
test:
	@scripts/test.sh

## The whole stack under faults and kills, in a pcscd of its own; takes some minutes.
system:
	@scripts/packages.sh build run test
	swift build
	@Tests/System/stack.sh

## The same stack in the background; safe to repeat.
up: build
	@scripts/up.sh

## Stops exactly what `make up` started.
down:
	@scripts/down.sh

build:
	@scripts/packages.sh build run
	@scripts/build.sh

## Speed and memory, beside the named peers, in one run.
bench:
	@scripts/packages.sh build run test
	@scripts/bench.sh

## Every reader of hostile octets under libFuzzer; SECONDS_EACH=60, TARGET=one of Tests/Fuzzing/Corpus.
fuzz:
	@scripts/packages.sh build run
	@scripts/fuzz.sh

## Long runs with kills; MINUTES=60 by default.
soak:
	@scripts/packages.sh build run test
	@scripts/soak.sh

## Sessions by chance over the whole terminal in one process: SESSIONS=10000, SEED=1 to repeat a run.
sessions:
	@scripts/packages.sh build run test
	swift build --build-tests
	SESSIONS=$${SESSIONS:-10000} swift test --skip-build --filter FrontDeskTests.SoakTests

lint:
	swift format lint --strict --recursive --configuration .swift-format Sources Simulators Tests Package.swift

format:
	swift format --in-place --recursive --configuration .swift-format Sources Simulators Tests Package.swift

clean:
	swift package clean
