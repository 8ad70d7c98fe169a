#!/usr/bin/env bash
# run.sh [OPTION...]: what the action does between unpacking and uploading: runs gpuaccept with these
# further options, renders what it left, and says in the step's summary what the exit code means. It ends
# with 0: a later step hands the code on, so that the report is kept first.
# Takes GA_PROGRAM, GA_PROFILE, GA_LEVEL, GA_LIBS, GA_OUT; writes to GITHUB_OUTPUT and GITHUB_STEP_SUMMARY.
set -euo pipefail
report=$GA_OUT/report.dsse.json
libs=()
[ -z "${GA_LIBS:-}" ] || libs=(--libs "$GA_LIBS")
code=0
"$GA_PROGRAM" run --profile "$GA_PROFILE" --level "$GA_LEVEL" --out "$GA_OUT" "${libs[@]}" "$@" || code=$?

case $code in
  0) meaning="passed: every gate that the profile requires was measured and passed" kind=notice ;;
  1) meaning="rejected: the hardware; the first finding names the part" kind=error ;;
  2) meaning="refused: the command line or an input was wrong, or another run holds this GPU; nothing ran" kind=error ;;
  3) meaning="inconclusive: something was borderline, not measured or only rehearsed; this is not a pass" kind=error ;;
  5) meaning="rejected for this attempt: configuration or site; fix what is named and run again" kind=error ;;
  *) meaning="an error of this program" kind=error ;;
esac

{
  echo "## gpuaccept: exit $code"
  echo
  echo "$meaning"
} >>"$GITHUB_STEP_SUMMARY"
if [ -f "$report" ]; then
  # A rendering that fails must not hide the decision.
  for to in html ctrf; do
    case $to in html) file=report.html ;; *) file=report.ctrf.json ;; esac
    "$GA_PROGRAM" render "$report" --to $to -o "$GA_OUT/$file" || echo "::warning::no $file could be rendered"
  done
  {
    echo
    echo '```'
    "$GA_PROGRAM" render "$report" --to text 2>/dev/null | head -n 60 || true
    echo '```'
  } >>"$GITHUB_STEP_SUMMARY"
  echo "report=$report" >>"$GITHUB_OUTPUT"
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
echo "::$kind title=gpuaccept::exit $code, $meaning"
