"""Runs the tests of the module that is run, or those that are named, and ends with their count in one line,
as scripts/test.sh adds it up."""
import sys
import unittest


def main(*cases):
    """`cases` are the classes to be run where nothing is named; without them all of the module."""
    loader, module = unittest.defaultTestLoader, sys.modules["__main__"]
    if sys.argv[1:]:
        suite = loader.loadTestsFromNames(sys.argv[1:], module)
    elif cases:
        suite = unittest.TestSuite(map(loader.loadTestsFromTestCase, cases))
    else:
        suite = loader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    # A class that could not be set up is an error without a test.
    print(f"{max(0, result.testsRun - bad - len(result.skipped))} passed, {bad} failed, "
          f"{len(result.skipped)} skipped")
    sys.exit(1 if bad else 0)
