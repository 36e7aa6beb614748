# SPDX-License-Identifier: GPL-2.0-only
"""What the check_* tools share: the list of files, C text without comments, self-tests.

A rule is a function check(paths) that yields "file:line: message" strings, with a GOOD and a BAD
sample: {path: text}. `check_x` judges the tree; `check_x --self-test` judges the samples, so that
a rule which went blind is noticed.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOKEN = re.compile(
    r"/\*.*?\*/"  # block comment
    r"|//[^\n]*"  # line comment
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|'(?:\\.|[^'\\\n])*'",  # character
    re.DOTALL)


def tree_files(*patterns):
    """Files of the work tree that git knows or would take, matching one of the globs."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns],
                           check=True, capture_output=True).stdout.decode().split("\0")
    return [pathlib.Path(name) for name in sorted(set(names)) if name and os.path.isfile(name)]


def blank(text, keep_line_comments=False):
    """C text with comments and literals replaced by spaces; line numbers stay."""
    def replace(match):
        token = match[0]
        if keep_line_comments and token.startswith("//"):
            return token
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(replace, text)


def lines(path):
    return path.read_text(errors="replace").splitlines()


def self_test(check, good, bad):
    """GOOD must raise nothing, every file of BAD must be named."""
    failures = []
    for sample, is_bad in ((good, False), (bad, True)):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in sample.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
            before = os.getcwd()
            os.chdir(folder)
            try:
                offences = list(check([pathlib.Path(name) for name in sample]))
            finally:
                os.chdir(before)
        named = {offence.split(":")[0] for offence in offences}
        if is_bad and named != set(sample):
            failures.append(f"bad sample passes: {', '.join(sorted(set(sample) - named))}")
        if not is_bad and offences:
            failures.append(f"good sample refused: {offences}")
    return failures


def main(check, patterns, good, bad):
    """Run a rule from its command line; exit 1 on offences."""
    if sys.argv[1:] == ["--self-test"]:
        problems = self_test(check, good, bad)
    else:
        problems = list(check(tree_files(*patterns)))
    for problem in problems:
        print(f"{os.path.basename(sys.argv[0])}: {problem}" if sys.argv[1:] else problem)
    sys.exit(bool(problems))
