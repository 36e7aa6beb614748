# SPDX-License-Identifier: GPL-2.0-only
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

# Data flow order. A directory may include itself and what stands before it, never
# what stands after: `make lint` enforces it, so these lines are the architecture.
BASE   := core priv
STAGES := capture stream parse endpoint baseline detect respond store export serve
TOP    := daemon cli

VERSION  := 0.1
PREFIX   ?= /usr/local
CLANG    ?= clang
OBJCOPY  ?= objcopy
FUZZ_SECONDS ?= 60
Q        := $(if $(V),,@)
# The checks in Python leave no caches in the tree.
export PYTHONDONTWRITEBYTECODE := 1
say       = $(if $(V),,@printf '  %-7s %s\n' $(1) '$(2)')

# One folder per way to build, so that none sees another's objects: build/ (gcc), build/clang
# (CC=clang), build/san and build/clang/san (SAN=1: ASan and UBSan), build/lto. The fuzzers are
# linked from build/clang/san, whose objects count coverage. build/bpf/ serves all of them.
B := build
ifneq ($(findstring clang,$(notdir $(CC))),)
B := build/clang
endif
ifdef SAN
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANFLAGS += $(if $(filter build/clang,$(B)),-fsanitize=fuzzer-no-link)
B := $(B)/san
CFLAGS ?= -O1 -g
endif

# LTO=1: what is shipped and measured (gcc): a tenth faster, slower to build. An output that is only
# written on success looks uninitialised across files; the ordinary build has judged it in each.
ifdef LTO
B := $(B)/lto
AR := gcc-ar
LTOFLAGS := -flto=auto -Wno-maybe-uninitialized
endif

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wmissing-prototypes -Werror
override CPPFLAGS += -D_GNU_SOURCE -DYG_VERSION='"$(VERSION)"' -Iuser -Iinclude -isystem build
CFLAGS   ?= -O3 -g
override CFLAGS += -std=gnu17 $(WARN) $(SANFLAGS) $(LTOFLAGS) -MMD -MP
override LDLIBS += -Wl,--as-needed -lbpf -lelf -lz -lseccomp -lcap -lsqlite3 -lmicrohttpd -lyajl -lyaml -lpcap -lnghttp2 \
	    -lcapstone -lzstd -lmsgpackc -lnettle -lcurl -lm -lpthread
override LDLIBS += -lbrotlidec -lhs -lcrypto
BPFARCH  := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPFARCH) -Wall -Wextra -Werror \
	    -Iinclude -MMD -MP \
	    -idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null || gcc -print-multiarch)

SRC     := $(foreach s,$(BASE) $(STAGES),$(wildcard user/$(s)/*.c))
BPF     := $(wildcard bpf/*.bpf.c)
HARNESS := $(wildcard tests/harness/*.c)
UNIT    := $(wildcard tests/unit/*/test_*.c)
BPFTEST := $(wildcard tests/bpf/test_*.c)
BENCH   := $(wildcard tests/bench/*.c)
FUZZ    := $(wildcard tests/fuzz/fuzz_*.c)
E2EPROG := $(filter-out %_server.c,$(wildcard tests/e2e/*.c)) # those are built by their test
E2E     := $(filter-out tests/e2e/lib%.sh,$(wildcard tests/e2e/*.sh))

# daemon/main.c and cli/main.c hold main(); the rest of both is shared (pipeline, options).
SHARED := $(filter-out %/main.c,$(wildcard user/daemon/*.c user/cli/*.c))
MAINS  := $(wildcard user/daemon/main.c user/cli/main.c)
BINS   := $(if $(wildcard user/daemon/main.c),$(B)/yagurad) $(if $(wildcard user/cli/main.c),$(B)/yagura)
LIB    := $(B)/libyagura.a

# What the kernel gets is the same whichever way user space is built.
SKEL      := $(BPF:bpf/%.bpf.c=build/bpf/%.skel.h)
UNITBINS  := $(UNIT:%.c=$(B)/%)
BPFBINS   := $(BPFTEST:%.c=$(B)/%)
BENCHBINS := $(BENCH:%.c=$(B)/%)
E2EBINS   := $(E2EPROG:%.c=$(B)/%)
OOMBINS   := $(UNIT:tests/%.c=$(B)/oom/%)
FUZZBINS  := $(FUZZ:tests/fuzz/%.c=build/fuzz/%)
MANPAGES  := $(patsubst user/man/%.in,$(B)/man/%,$(wildcard user/man/*.in))

.PHONY: all check tests test test-unit test-bpf test-replay test-e2e test-oom test-kernels \
	fuzz fuzz-run bench lint rules tidy format install deb man clean help

all: $(SKEL) $(LIB) $(BINS) ## build everything; SAN=1 for ASan and UBSan, CC=clang, LTO=1 for speed

# --- BPF objects and their skeletons (generated: a system header, so that our warnings stay ours)

build/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPFFLAGS) -c $< -o $@

build/bpf/%.skel.h: build/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q){ printf '#pragma GCC system_header\n#include "yagura/config.h"\n'; \
		bpftool gen skeleton $< name $*_bpf; } > $@

# --- user space. Skeletons are generated: they must exist before what includes them compiles.
# They are system headers (their conversions are not ours), so -MMD leaves them out of the .d files.
$(B)/user/capture/loader.o $(BPFBINS:%=%.o) $(BENCHBINS:%=%.o): $(SKEL)


$(B)/%.o: %.c | $(SKEL)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(LIB): $(SRC:%.c=$(B)/%.o) $(SHARED:%.c=$(B)/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/yagurad: $(B)/user/daemon/main.o $(LIB)
$(B)/yagura: $(B)/user/cli/main.o $(LIB)
$(B)/yagurad $(B)/yagura:
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# --- tests. A static test that is never registered is an error, not a silent skip.

$(B)/tests/%: private CPPFLAGS += -Itests/harness
$(B)/tests/%: private CFLAGS += -Werror=unused-function
$(B)/tests/%: $(B)/tests/%.o $(HARNESS:%.c=$(B)/%.o) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

tests: $(UNITBINS) $(BPFBINS) $(BENCHBINS) $(E2EBINS) $(FUZZ:%.c=$(B)/%.o) ## build every test and benchmark, run none

test: test-unit test-bpf test-replay test-e2e ## run unit, bpf, replay and e2e tests (root for all)

test-unit: $(UNITBINS) ## run the cmocka tests of user/ (no root)
	$(Q)tests/harness/run_tests $^

test-bpf: $(BPFBINS) ## run every BPF program through BPF_PROG_TEST_RUN (root)
	$(Q)tests/harness/run_tests $^

test-replay: all ## captures in, exact JSON lines out; mutants of them keep the laws of the counters
	$(Q)tests/harness/run_replay $(B)/yagura
	$(Q)tests/replay/check_hostile $(B)/yagura 3
	$(Q)tests/replay/check_order $(B)/yagura
	$(Q)tests/replay/check_carriers $(B)/yagura
	$(Q)tests/replay/check_catalogue $(B)/yagura
	$(Q)tests/replay/check_secrecy $(B)/yagura
	$(Q)tests/replay/check_records $(B)/yagura

test-e2e: all $(E2EBINS) ## run the namespace tests (root); status 77 is a skip
	$(Q)YG_BUILD=$(abspath $(B)) tests/harness/run_scripts $(E2E)

# The library once more with its allocations renamed, so that a test can refuse the nth one.
$(B)/oom/libyagura.a: $(LIB)
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) $(foreach f,malloc calloc realloc strdup strndup,--redefine-sym $(f)=oom_$(f)) $< $@

$(B)/oom/unit/%: $(B)/tests/unit/%.o $(HARNESS:%.c=$(B)/%.o) $(B)/oom/libyagura.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

test-oom: $(OOMBINS) ## each unit test again with its nth allocation refused
	$(Q)tests/harness/run_oom $^

test-kernels: all ## load, attach, capture and block on Debian kernels under qemu (root)
	$(Q)YG_BUILD=$(abspath $(B)) tests/kernels/run

# --- fuzzing: one libFuzzer binary per target, of clang's objects with sanitizers and coverage

build/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer $^ $(LDLIBS) -o $@

fuzz: ## build the fuzzers under build/fuzz/
ifeq ($(B),build/clang/san)
fuzz: $(FUZZBINS)
else
	$(Q)$(MAKE) --no-print-directory CC=$(CLANG) SAN=1 $@
endif

fuzz-run: fuzz ## run each fuzzer for FUZZ_SECONDS (60)
	$(Q)tests/harness/run_fuzz $(FUZZ_SECONDS) $(FUZZBINS)

# --- benchmarks: each prints one line of JSON

bench: all $(BENCHBINS) ## run every benchmark of tests/bench/ (root)
	$(Q)YG_BUILD=$(abspath $(B)) tests/bench/run $(BENCHBINS)

# --- rules. A file is read by clang-tidy again only after it was compiled again. TIDY_NODES: how
# many states of a function the analyzer walks; its own limit, 225000, takes four times as long.

TIDY_NODES ?= 50000
TIDYFLAGS := --quiet $(addprefix --extra-arg=,-Xclang -analyzer-config -Xclang max-nodes=$(TIDY_NODES))
TIDY := $(patsubst %.c,$(B)/tidy/%.ok,$(SRC) $(SHARED) $(MAINS) user/man/tables.c)

$(B)/tidy/%.ok: $(B)/%.o .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$*.c)
	$(Q)clang-tidy $(TIDYFLAGS) $*.c -- $(CPPFLAGS) -std=gnu17 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

tidy: $(TIDY) ## clang-tidy alone

lint: rules tidy ## every rule that a tool can check

rules: all man
	$(Q)bad=0; \
	git ls-files -co --exclude-standard '*.[ch]' | xargs clang-format --dry-run -Werror || bad=1; \
	tools/check_layers $(BASE) $(STAGES) $(TOP) || bad=1; \
	for rule in banned size names binary merge headers shell causes; do tools/check_$$rule || bad=1; done; \
	tools/check_docs $(B) || bad=1; \
	tools/check_abi $(B) || bad=1; \
	tools/check_stack $(B) || bad=1; \
	for rule in tools/check_*; do $$rule --self-test || bad=1; done; \
	exit $$bad

format: ## let clang-format decide
	$(Q)git ls-files -co --exclude-standard '*.[ch]' | xargs clang-format -i

check: ## everything: lint, tests, sanitizers, fuzzing, e2e, kernels; prints a table
	$(Q)tools/check --no-setup

# --- man pages: hand-written text, with the tables of options and counters filled in

man: $(MANPAGES) ## write the man pages under build/man/

$(B)/man_tables: $(B)/user/man/tables.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/man/%: user/man/%.in $(B)/man_tables
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)$(B)/man_tables $(VERSION) < $< > $@

# --- installation

install: all man ## install below DESTDIR and PREFIX (/usr/local)
	install -D -m 755 $(B)/yagurad $(DESTDIR)$(PREFIX)/sbin/yagurad
	install -D -m 755 $(B)/yagura $(DESTDIR)$(PREFIX)/bin/yagura
	install -D -m 644 tools/yagura.yaml $(DESTDIR)/etc/yagura/yagura.yaml.example
	for page in $(MANPAGES); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's,@PREFIX@,$(PREFIX),g' tools/yagura.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/yagura.service

deb: ## build build/yagura_VERSION_ARCH.deb
	$(Q)tools/package $(VERSION)

clean: ## remove build/
	$(Q)rm -rf build

help: ## list targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

-include $(shell find build -name '*.d' -type f 2>/dev/null)
