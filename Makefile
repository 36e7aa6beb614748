# SPDX-License-Identifier: GPL-2.0-only
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

# Data flow order. A directory may include itself and what stands before it, never
# what stands after: `make lint` enforces it, so these lines are the architecture.
BASE   := core priv
STAGES := capture stream parse endpoint baseline detect respond store export serve
TOP    := daemon cli

B     := build
CLANG ?= clang
Q     := $(if $(V),,@)
say    = $(if $(V),,@printf '  %-7s %s\n' $(1) '$(2)')

# SAN=1 builds everything again, instrumented, next to the plain build.
ifdef SAN
B       := build/san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wmissing-prototypes -Werror
CPPFLAGS += -D_GNU_SOURCE -Iuser -Iinclude -I$(B)
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu17 $(WARN) $(SANFLAGS) -MMD -MP
LDLIBS   += -lbpf -lelf -lz -lseccomp -lcap -lsqlite3 -lmicrohttpd -lyajl -lyaml -lpcap \
	    -lcapstone -lzstd -lmsgpackc -lm -lpthread
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -Iinclude -MMD -MP \
	    -idirafter /usr/include/$(shell $(CC) -print-multiarch)

SRC   := $(foreach s,$(BASE) $(STAGES),$(wildcard user/$(s)/*.c))
BPF   := $(wildcard bpf/*.bpf.c)
TESTS := $(wildcard tests/unit/*/test_*.c)
FUZZ  := $(wildcard tests/fuzz/fuzz_*.c)
E2E   := $(filter-out tests/e2e/lib.sh,$(wildcard tests/e2e/*.sh))

# daemon/main.c and cli/main.c hold main(); the rest of both is shared (pipeline, options).
SHARED := $(filter-out %/main.c,$(wildcard user/daemon/*.c user/cli/*.c))
MAINS  := $(wildcard user/daemon/main.c user/cli/main.c)
BINS   := $(if $(wildcard user/daemon/main.c),$(B)/yagurad) $(if $(wildcard user/cli/main.c),$(B)/yagura)

SKEL     := $(BPF:bpf/%.bpf.c=$(B)/bpf/%.skel.h)
TESTBINS := $(TESTS:%.c=$(B)/%)
FUZZBINS := $(FUZZ:%.c=build/fuzz/%)

.PHONY: all test test-unit test-e2e fuzz lint clean help

all: $(SKEL) $(B)/libyagura.a $(BINS) ## build everything

$(B)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPFFLAGS) -c $< -o $@

$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)bpftool gen skeleton $< name $*_bpf > $@

# Skeletons are generated: they must exist before the files that include them compile.
$(B)/user/%.o: user/%.c | $(SKEL)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/tests/%.o: tests/%.c | $(SKEL)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/libyagura.a: $(SRC:%.c=$(B)/%.o) $(SHARED:%.c=$(B)/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/yagurad: $(B)/user/daemon/main.o $(B)/libyagura.a
$(B)/yagura: $(B)/user/cli/main.o $(B)/libyagura.a
$(B)/yagurad $(B)/yagura:
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# A static test that is never registered is an error, not a silent skip.
$(B)/tests/%: CPPFLAGS += -Itests/harness
$(B)/tests/%: CFLAGS += -Werror=unused-function
$(B)/tests/%: $(B)/tests/%.o $(B)/tests/harness/guard.o $(B)/libyagura.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

test: test-unit test-e2e ## run every test (e2e needs root)

test-unit: $(TESTBINS) ## run the cmocka tests; SAN=1 for ASan and UBSan
	$(Q)for t in $^; do $$t || exit 1; done

test-e2e: all ## run the namespace tests; status 77 is a skip
	$(Q)for t in $(E2E); do echo "== $$t"; $$t || [ $$? -eq 77 ] || exit 1; done

# One libFuzzer binary per tests/fuzz/fuzz_*.c, all of user/ compiled in with coverage.
build/fuzz/%: %.c $(SRC) $(SHARED) | $(SKEL)
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(CPPFLAGS) -g -O1 -std=gnu17 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all $< $(SRC) $(SHARED) $(LDLIBS) -o $@

fuzz: $(FUZZBINS) ## build the fuzzers under build/fuzz/

lint: ## format, lint, layering, shell
	$(Q)git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror
	$(Q)clang-tidy --quiet $(SRC) $(SHARED) $(MAINS) -- $(CPPFLAGS) -std=gnu17
	$(Q)tools/check_layers $(BASE) $(STAGES) $(TOP)
	$(Q)git ls-files '*.sh' | xargs --no-run-if-empty shellcheck -x

clean: ## remove build/
	$(Q)rm -rf build

help: ## list targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

-include $(shell find $(B) -name '*.d' 2>/dev/null)
