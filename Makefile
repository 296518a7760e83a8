# hitmtrace: `make` builds, `make demo` shows, `make test` proves, `make help` lists the rest.
# O=DIR builds elsewhere, DEBUG=1 without optimisation, SAN=1 with ASan and UBSan, COVERAGE=1 with gcov, WERROR=1 (CI)
# makes warnings errors.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

VERSION := 0.1.0

ifdef SAN
O ?= build/san
endif
ifdef COVERAGE
O ?= build/coverage
endif
O ?= build

# ---- packages (Debian and Ubuntu), each with the file that shows it is there ----

PACKAGES_BUILD := gcc:/usr/bin/gcc pkg-config:/usr/bin/pkg-config libc6-dev:/usr/include/stdio.h \
	libzstd-dev:/usr/include/zstd.h libcap-dev:/usr/include/sys/capability.h \
	libelf-dev:/usr/include/libelf.h libpfm4-dev:/usr/include/perfmon/pfmlib.h \
	libdw-dev:/usr/include/elfutils/libdw.h libsqlite3-dev:/usr/include/sqlite3.h \
	libxml2-dev:/usr/include/libxml2/libxml/tree.h libtraceevent-dev:/usr/include/traceevent/event-parse.h \
	libzydis-dev:/usr/include/Zydis/Zydis.h libiberty-dev:/usr/include/libiberty/demangle.h
PACKAGES_TEST := libcmocka-dev:/usr/include/cmocka.h sqlite3:/usr/bin/sqlite3 libxml2-utils:/usr/bin/xmllint \
	binutils:/usr/bin/objcopy mandoc:/usr/bin/mandoc numactl:/usr/bin/numastat
PACKAGES_LAB := qemu-system-x86:/usr/bin/qemu-system-x86_64 xz-utils:/usr/bin/xz linux-perf:/usr/bin/perf
missing = $(foreach p,$(1),$(if $(wildcard $(word 2,$(subst :, ,$(p)))),,$(word 1,$(subst :, ,$(p)))))

# ---- compiler ----

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS ?= $(if $(DEBUG),-O0,-O2) -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(if $(CI)$(WERROR),-Werror)
HARDENING := -fstack-protector-strong $(if $(DEBUG)$(SAN),,-D_FORTIFY_SOURCE=2)
INSTRUMENT := $(if $(COVERAGE),--coverage)
ifdef SAN
INSTRUMENT += -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -DHT_TOOL_VERSION='"$(VERSION)"' -I. -I/usr/include/libxml2 \
	-I/usr/include/traceevent $(WARNINGS) $(HARDENING) $(INSTRUMENT) -pthread

# Each library belongs to one half: the recorder runs on production hosts and stays small.
RECORD_LIBS := -lzstd -lcap -lelf -lpfm
ANALYZE_LIBS := -lzstd -lsqlite3 -lxml2 -ldw -lelf -ltraceevent -lZydis -liberty -lm

# V=1 shows every command
say = $(if $(V),@:,@echo '  $(1)' $(2))
quiet = $(if $(V),,@)

# ---- what there is ----

SCHEMA_C := $(sort $(wildcard schema/*.c))
RECORD_C := $(sort $(wildcard record/*.c record/*/*.c))
ANALYZE_C := $(sort $(wildcard analyze/*.c analyze/*/*.c))
TEST_C := $(sort $(wildcard tests/unit/*_test.c))
RECORD_TEST_C := $(if $(TEST_C),$(shell grep -l '"record/' $(TEST_C)))
WORKLOAD_C := $(sort $(wildcard tests/workloads/*.c))

object = $(patsubst %.c,$(O)/obj/%.o,$(1))
SCHEMA_O := $(call object,$(SCHEMA_C))
RECORD_O := $(call object,$(RECORD_C))
ANALYZE_O := $(call object,$(ANALYZE_C)) $(O)/obj/generated/embedded.o
RECORD_TESTS := $(patsubst tests/unit/%.c,$(O)/tests/%,$(RECORD_TEST_C))
ANALYZE_TESTS := $(patsubst tests/unit/%.c,$(O)/tests/%,$(filter-out $(RECORD_TEST_C),$(TEST_C)))
WORKLOADS := $(patsubst tests/workloads/%.c,$(O)/workloads/%,$(WORKLOAD_C))
TOOLS := $(O)/tests/mkperfdata $(O)/tests/dump_capture $(O)/tests/print_fallbacks $(O)/tests/refuse_attr.so
PROGRAMS := $(O)/hitm-record $(O)/hitm-analyze

.PHONY: all deps need-build need-test need-lab programs test-programs static demo test bench fuzz lab lab-programs install \
	lint format clean help

all: need-build
	@$(MAKE) --no-print-directory programs

programs: $(PROGRAMS)

test-programs: $(PROGRAMS) $(RECORD_TESTS) $(ANALYZE_TESTS) $(WORKLOADS) $(TOOLS)

# ---- dependencies ----

deps:
	@sh tests/tools/install_packages.sh $(call missing,$(PACKAGES_BUILD) $(PACKAGES_TEST))

need-build:
	@missing='$(strip $(call missing,$(PACKAGES_BUILD)))'; [ -z "$$missing" ] || sh tests/tools/install_packages.sh $$missing

need-test:
	@missing='$(strip $(call missing,$(PACKAGES_BUILD) $(PACKAGES_TEST)))'; \
	[ -z "$$missing" ] || sh tests/tools/install_packages.sh $$missing

need-lab: need-test
	@missing='$(strip $(call missing,$(PACKAGES_LAB)))'; [ -z "$$missing" ] || sh tests/tools/install_packages.sh $$missing

# ---- programs ----

$(O)/hitm-record: $(RECORD_O) $(SCHEMA_O)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(RECORD_LIBS)

$(O)/hitm-analyze: $(ANALYZE_O) $(SCHEMA_O)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ANALYZE_LIBS)

# The recorder as one file that needs nothing on the server it is copied to; libelf.a needs libz.a.
static: need-build
	@$(MAKE) --no-print-directory $(O)/static/hitm-record

$(O)/static/hitm-record: $(RECORD_O) $(SCHEMA_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) $(if $(SAN),,-static) -Wl,--strip-debug -o $@ $^ $(RECORD_LIBS) -lz

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(quiet)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# What the analyzer carries: SQL, CSS and JavaScript as C strings. The folders stand for files that came or went.
EMBEDDED := schema/tables.sql schema/views reports $(sort $(wildcard schema/views/*.sql reports/*.sql)) \
	reports/report.css reports/report.js
$(O)/generated/embedded.c: analyze/show/embed.sh $(EMBEDDED)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(quiet)sh analyze/show/embed.sh > $@.part && mv $@.part $@

$(O)/obj/generated/embedded.o: $(O)/generated/embedded.c analyze/load/embedded.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(quiet)$(CC) $(CFLAGS) -c -o $@ $<

# ---- tests ----

without_main = $(filter-out %/main.o,$(1))

$(RECORD_TESTS): $(O)/tests/%: $(O)/obj/tests/unit/%.o $(call without_main,$(RECORD_O)) $(SCHEMA_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(RECORD_LIBS)

$(ANALYZE_TESTS): $(O)/tests/%: $(O)/obj/tests/unit/%.o $(call without_main,$(ANALYZE_O)) $(SCHEMA_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(ANALYZE_LIBS)

$(O)/tests/mkperfdata: $(call object,$(sort $(wildcard tests/tools/mkperfdata*.c)))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(O)/tests/dump_capture: $(O)/obj/tests/tools/dump_capture.o $(SCHEMA_O)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lzstd

$(O)/tests/print_fallbacks: $(call object,tests/tools/print_fallbacks.c record/events/attr_fallback.c)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# Preloaded into the recorder as it is built: no sanitizer of its own. It reads the recorder's table.
$(O)/tests/refuse_attr.so: tests/tools/refuse_attr.c $(wildcard record/events/attr_fallback.[ch] record/events/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) -O2 -g -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) -fPIC -fvisibility=hidden -shared -o $@ \
		$(filter %.c,$^) $(LDFLAGS) -ldl

# Workloads are measured things: no sanitizer, always optimised.
$(O)/workloads/%: tests/workloads/%.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(quiet)$(CC) -O2 -g -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -pthread -o $@ $<

test: need-test
	@$(MAKE) --no-print-directory test-programs
	@sh tests/run.sh $(O)

demo: all
	@$(MAKE) --no-print-directory $(WORKLOADS)
	@sh samples/demo.sh $(O)

bench: need-test
	@$(MAKE) --no-print-directory test-programs
	@sh tests/bench.sh $(O)

FUZZ_SECONDS ?= 60
fuzz: all
	@sh tests/fuzz/run.sh $(O) $(FUZZ_SECONDS)

# A guest with several nodes under emulation: no /dev/kvm and no second node is needed. LAB= names scenarios, all
# without; LAB_KERNEL= a row of tests/lab/kernels.
LAB_KERNEL ?= debian
LAB_BIN := $(patsubst tests/lab/workloads/%.c,$(O)/lab/bin/%,$(sort $(wildcard tests/lab/workloads/*.c)))

# The guest has no libraries but the recorder's.
$(O)/lab/bin/%: tests/lab/workloads/%.c tests/lab/workloads/workload.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(quiet)$(CC) -O2 -g -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -pthread -static -o $@ $<

lab-programs: $(PROGRAMS) $(O)/static/hitm-record $(LAB_BIN)

lab: need-lab
	@$(MAKE) --no-print-directory lab-programs
	@sh tests/lab/run.sh $(O) $(LAB_KERNEL) $(LAB)

# ---- the rest ----

PREFIX ?= /usr/local
install: all
	install -D -m 755 $(O)/hitm-record $(DESTDIR)$(PREFIX)/bin/hitm-record
	install -D -m 755 $(O)/hitm-analyze $(DESTDIR)$(PREFIX)/bin/hitm-analyze
	install -D -m 644 man/hitm-record.1 $(DESTDIR)$(PREFIX)/share/man/man1/hitm-record.1
	install -D -m 644 man/hitm-analyze.1 $(DESTDIR)$(PREFIX)/share/man/man1/hitm-analyze.1
	install -D -m 644 man/hitm-capture.5 $(DESTDIR)$(PREFIX)/share/man/man5/hitm-capture.5

FORMATTED := $(sort $(wildcard schema/*.[ch] record/*.[ch] record/*/*.[ch] analyze/*.[ch] analyze/*/*.[ch] \
	tests/*/*.[ch] tests/lab/*/*.[ch]))
lint:
	@clang-format --dry-run -Werror $(FORMATTED)
	@mandoc -T lint -W warning man/*.[15]

format:
	clang-format -i $(FORMATTED)

clean:
	rm -rf $(O)

help:
	@echo 'make          build hitm-record and hitm-analyze in $(O)/'
	@echo 'make demo     record 10 s here, write its report and that of a false-sharing sample'
	@echo 'make test     all tests; make SAN=1 test the same under ASan and UBSan'
	@echo 'make static   the recorder as one static file; make lab   all of it in a guest with two and four nodes'
	@echo 'make bench    cost against perf; make fuzz FUZZ_SECONDS=60; make lint; make format'
	@echo 'make install PREFIX=/usr/local'
	@echo 'make deps     install what is missing (Debian, Ubuntu)'

-include $(patsubst %.o,%.d,$(SCHEMA_O) $(RECORD_O) $(ANALYZE_O) $(call object,$(TEST_C)) \
	$(call object,$(wildcard tests/tools/*.c)))
