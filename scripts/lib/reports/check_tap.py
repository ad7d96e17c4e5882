# layerverify: checks TAP by programs that read it.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: check_tap.py PROGRAM IMAGE...

tap.py and Perl's TAP::Parser must read the same tests, and their numbers are compared with the JSON of the run.
"""

import json
import os
import subprocess
import sys

import tap.parser
import verdicts

# Prints what TAP::Parser reads: one JSON object per test, then the errors.
PERL = r"""
use strict; use warnings; use TAP::Parser; use JSON::PP;
local $/; my $parser = TAP::Parser->new({ tap => <STDIN> });
my $json = JSON::PP->new->utf8(0)->canonical; my $yaml; my @tests;
binmode STDOUT, ":raw";
$/ = "\n";
while (my $result = $parser->next) {
    if ($result->is_test) {
        push @tests, { ok => $result->is_actual_ok ? 1 : 0, passes => $result->is_ok ? 1 : 0,
            description => $result->description, skip => $result->has_skip ? 1 : 0, todo => $result->has_todo ? 1 : 0 };
    } elsif ($result->is_yaml) { $tests[-1]{yaml} = $result->data;
    } elsif ($result->is_unknown) { push @tests, { unknown => $result->raw }; }
}
print $json->encode({ tests => \@tests, errors => [$parser->parse_errors], plan => $parser->is_good_plan ? 1 : 0 });
"""


def main(program, images):
    check = verdicts.Check("tap")
    report, texts = verdicts.run(program, images, ["tap"])
    text = texts["tap"]
    perl = subprocess.run(["perl", "-e", PERL], input=text.encode(), capture_output=True, check=False)
    check.that(perl.returncode == 0, "TAP::Parser: " + perl.stderr.decode(errors="replace")[:500])
    read = json.loads(perl.stdout)
    check.that(read["errors"] == [], f"TAP::Parser: {read['errors'][:3]}")
    check.that(read["plan"] == 1, "TAP::Parser: the plan is wrong")
    lines = list(tap.parser.Parser().parse_text(text))
    check.that(not [line for line in lines if line.category == "unknown"], "tap.py: an unknown line")
    tests = [line for line in lines if line.category == "test"]
    check.that([line.expected_tests for line in lines if line.category == "plan"] == [len(tests)], "tap.py: plan")
    check.that(len(tests) == len(read["tests"]), f"{len(tests)} tests by tap.py, {len(read['tests'])} by TAP::Parser")
    for one, other in zip(tests, read["tests"]):
        name = one.description
        check.that((one.ok, one.skip, one.todo) == (bool(other["ok"]), bool(other["skip"]), False), f"{name}: results differ")
        check.that(not other["todo"], f"{name} is to do")
        own, theirs = one.yaml_block, other.get("yaml")
        check.that((own is None) == (theirs is None), f"{name}: one reader has no diagnostics")
        if own is None:
            check.that(one.ok, f"{name}: not ok without diagnostics")
            continue
        check.that(own["outcome"] == theirs["outcome"] and (own["outcome"] == "verified") == one.ok, f"{name}: outcome")
        for mine, perls in zip(own.get("findings", []), theirs.get("findings", [])):
            check.that(mine["message"] == as_text(perls["message"]), f"{name}: message {mine['message']!r}")
            check.that(mine["code"] == perls["code"], f"{name}: code")
    # Each fault of the JSON is in the diagnostics, with its message.
    told = {(finding["code"], finding["message"]) for test in tests
            for finding in (test.yaml_block or {}).get("findings", [])}
    for finding in report["findings"]:
        if finding["severity"] == "error" and len(finding["message"]) < 2000:
            known = (finding["code"], verdicts.visible(finding["message"]))
            check.that(known in told, f"{known} is not reported")
    outcomes = {test.yaml_block["outcome"] for test in tests if test.yaml_block}
    worst = next((outcome for outcome in ("refuted", "undetermined") if outcome in outcomes), "verified")
    check.that(worst == report["outcome"], f"the whole is {worst}, not {report['outcome']}")
    # The program that people run: it fails if and only if a test is not ok.
    prove = subprocess.run(["prove", "--exec", "cat", "/dev/stdin"], input=text.encode(), capture_output=True,
                           check=False, env={**os.environ, "LC_ALL": "C"})
    check.that((prove.returncode == 0) == all(test.ok for test in tests), f"prove ends with {prove.returncode}")
    check.finish()


def as_text(text):
    """TAP::Parser reads bytes; JSON::PP writes each as a character."""
    return text.encode("latin-1").decode()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
