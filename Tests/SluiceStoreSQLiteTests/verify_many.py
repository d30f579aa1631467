"""Runs scripts/verify-ledger's own check on many stores in one process: SCRIPT ANCHOR STORE… A reason a line."""

import importlib.machinery
import importlib.util
import sys

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("verify_ledger", sys.argv[1])
ledger = importlib.util.module_from_spec(importlib.util.spec_from_loader("verify_ledger", loader))
loader.exec_module(ledger)
for path in sys.argv[3:]:
    _, fault, _ = ledger.check(
        ledger.rows_of_store(path), [ledger.Anchor(sys.argv[2])], [], ledger.stored_head(path))
    print(fault or "intact")
