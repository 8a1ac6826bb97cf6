"""A fuzzer of everything that townland reads.

    python -m tests.fuzz --minutes 60 [--first 1000000]     # by hand
    python -m tests.fuzz --only 1234                        # one input again

An input is a number: it chooses a seed (`seeds`), changes to it (`mutations`), and what the library is
asked to do with it (`ways`). Seeds are written by the factories of the other tests. `child` runs many
inputs in one process, each within 10 s of processor time and 1 GB of memory; `run` starts it again where
an input ended it. Anything but a result or an error of townland's own is a finding.
"""
