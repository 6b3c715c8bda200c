# Madoguchi: the two commands are `make demo` and `make test`; the rest is for daily work.

# The folder of the stack: keys, simulated authority, configuration, people, history.
STATE ?= .madoguchi
# Whose card lies on the reader: a file of Simulators/People, or derived-0000001 to derived-1000000.
PERSON ?= mado
# The business date; without it the date on that person's sample, or today.
AS_OF ?=
# CARD=none leaves the reader empty.
CARD ?=
# ONCE=1 ends the demonstration after the check-in.
ONCE ?=

export STATE PERSON AS_OF CARD ONCE

.PHONY: install deb container completions demo test system up down build bench soak kills desks sessions life fuzz sanitize leaks situations lint format clean

## Checks one patient in, end to end, and shows what everybody sees.
demo: build
	@scripts/demo.sh

## Every test: unit, style, through a private pcscd, the whole stack; KILLS=15 JOBS=3.
test:
	@scripts/test.sh

## Only the whole stack under faults and kills; KILLS=100 for more of them.
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

## Programs, units, man pages, completions: DESTDIR, PREFIX=/usr/local.
install: build
	@scripts/install.sh

## A Debian package in .build.
deb: build
	@scripts/deb.sh

## The package on a machine of its own: real systemd in a container (root, debootstrap).
container:
	swift build
	@python3 -B Tests/System/container.py

## Man page and completions anew, from what the commands say with --help.
completions:
	swift build --product madoguchi
	@scripts/completions/generate.py .build/debug/madoguchi

## Speed and memory, beside the named peers, in one run.
bench:
	@scripts/packages.sh build run test bench
	@scripts/bench.sh

## Whether a PIN stays anywhere: 20 random ones through the release build, and a planted one.
leaks: build
	@scripts/packages.sh build run test
	@BIN=$(CURDIR)/.build/release RUNS=$${RUNS:-20} Tests/System/private-pcscd.sh python3 -B Tests/System/leaks.py

## Every reader of hostile octets under libFuzzer: SECONDS=600 for all of them together, or
## SECONDS_EACH=60; TARGET=one of Tests/Fuzzing/Corpus.
fuzz:
	@scripts/packages.sh build run
	@SECONDS_ALL=$(SECONDS) scripts/fuzz.sh

## The unit tests under the address and the thread sanitizer; ONLY=address, TARGETS="JSONTests …".
sanitize:
	@scripts/packages.sh build run test
	@scripts/sanitize.sh

## Long runs with kills; MINUTES=60 by default.
soak:
	@scripts/packages.sh build run test
	@scripts/soak.sh

## Twenty desks open while patients check in, one a second: SECONDS=600, DESKS=20.
desks: build
	@scripts/packages.sh build run test
	@BIN=$(CURDIR)/.build/release SECONDS=$${SECONDS:-600} \
		Tests/System/private-pcscd.sh python3 -B Tests/System/desks.py

## By chance over the whole terminal in one process: SESSIONS=10000 with cards and people that do
## anything, CHECKINS=10000 by two at once under every fault of the clearinghouse; SEED=1 repeats.
sessions:
	@scripts/packages.sh build run test
	swift build --build-tests
	SESSIONS=$${SESSIONS:-10000} swift test --skip-build --filter FrontDeskTests.SoakTests
	CHECKINS=$${CHECKINS:-10000} swift test --skip-build --filter FrontDeskTests.FaultyCheckInTests

## The history killed with SIGKILL under 32 writers, ROUNDS=10000 times at random moments.
kills:
	@swift build --build-tests
	@HISTORY_KILLS=$(or $(ROUNDS),10000) swift test --skip-build --filter KillTests

## Card sessions by chance through pcscd, with every kind of fault: SESSIONS=100, SEED=1.
life: build
	@scripts/packages.sh build run test
	@BIN=$(CURDIR)/.build/release SESSIONS=$${SESSIONS:-100} \
		Tests/System/private-pcscd.sh python3 -B Tests/System/life.py

## Writes Documentation/situations anew, from the table that the tests play.
situations:
	swift build --build-tests
	WRITE_SITUATIONS=1 swift test --skip-build --filter FrontDeskTests.SituationTests

lint:
	swift format lint --strict --recursive --configuration .swift-format Sources Simulators Tests Package.swift

format:
	swift format --in-place --recursive --configuration .swift-format Sources Simulators Tests Package.swift

clean:
	swift package clean
