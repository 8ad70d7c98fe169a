#!/usr/bin/env python3
"""The transcript player itself: it must fail where a transcript is wrong."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import transcripts


def differences(text):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "t.txt"
        path.write_text(text, encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            return transcripts.run_file(path, pathlib.Path("/usr/bin"), write=False)


class Transcripts(unittest.TestCase):
    def test_accepts_what_is_right(self):
        self.assertEqual(differences("$ echo a; echo b >&2; exit 3\nexit 3\n1| a\n2| b\n"), 0)

    def test_placeholders_match(self):
        self.assertEqual(differences("$ echo one two three\nexit 0\n1| one {*} three\n"), 0)
        self.assertEqual(differences("$ seq 9\nexit 0\n1| 1\n1| {any lines}\n1| 9\n"), 0)
        self.assertEqual(differences("$ printf a | sha256sum\nexit 0\n1| {hex}  -\n"), 0)

    def test_refuses_another_exit_code(self):
        self.assertEqual(differences("$ exit 1\nexit 0\n"), 1)

    def test_refuses_a_step_without_an_exit_code(self):
        self.assertEqual(differences("$ true\n"), 1)

    def test_refuses_other_output(self):
        self.assertEqual(differences("$ echo b\nexit 0\n1| a\n"), 1)
        self.assertEqual(differences("$ echo a.b\nexit 0\n1| a.b\n1| c\n"), 1)
        self.assertEqual(differences("$ echo axb\nexit 0\n1| a.b\n"), 1)

    def test_refuses_output_that_is_not_written(self):
        self.assertEqual(differences("$ echo a\nexit 0\n"), 1)
        self.assertEqual(differences("$ echo a >&2\nexit 0\n"), 1)

    def test_refuses_lines_it_does_not_know(self):
        with self.assertRaises(SystemExit):
            differences("$ true\nexit 0\nout: a\n")


if __name__ == "__main__":
    unittest.main()
