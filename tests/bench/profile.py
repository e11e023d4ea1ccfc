# SPDX-License-Identifier: GPL-2.0-or-later
"""profile.py DIR ROWS: print what tests/bench/profile has counted in DIR."""

import bisect
import collections
import sys


def load_symbols(path):
    """Sorted addresses of functions, and their names."""
    symbols = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            addr, kind, name = line.split()[:3]
            if kind in "tTwW":
                symbols.setdefault(int(addr, 16), name)
    addrs = sorted(symbols)
    return addrs, [symbols[a] for a in addrs]


def load_phases(path):
    """Number of the phase -> (kind, where, packets)."""
    phases = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            number, kind, where, count = line.split()
            phases[int(number)] = (kind, where, int(count))
    return phases


def load_counts(path, symbols, phases):
    """(kind, where) -> {function: instructions per packet}."""
    addrs, names = symbols
    found = collections.defaultdict(collections.Counter)
    with open(path, encoding="ascii") as lines:
        for line in lines:
            phase, addr, count = line.split()
            if int(phase) not in phases:
                continue
            kind, where, packets = phases[int(phase)]
            at = bisect.bisect_right(addrs, int(addr, 16)) - 1
            name = names[at] if at >= 0 else "user space"
            found[kind, where][name] += int(count) / packets
    return found


def table(found, where, kinds, rows):
    """One column a tunnel, largest first; the last line is the sum."""
    plain = found["plain", where]
    over = {k: collections.Counter({f: n - plain[f] for f, n in
                                    found[k, where].items()})
            for k in kinds}
    for k in kinds:
        for f in plain:
            over[k].setdefault(f, -plain[f])
    order = sorted(set().union(*over.values()),
                   key=lambda f: -max(over[k][f] for k in kinds))
    print(f"\n{where}: instructions per packet over plain forwarding")
    print(f"{'':36}" + "".join(f"{k:>10}" for k in kinds))
    for f in order[:rows]:
        print(f"{f[:35]:36}" + "".join(f"{over[k][f]:10.0f}" for k in kinds))
    rest = order[rows:]
    print(f"{'(others)':36}" +
          "".join(f"{sum(over[k][f] for f in rest):10.0f}" for k in kinds))
    print(f"{'all':36}" +
          "".join(f"{sum(over[k].values()):10.0f}" for k in kinds))


def main():
    directory, rows = sys.argv[1], int(sys.argv[2])
    phases = load_phases(f"{directory}/phases")
    found = load_counts(f"{directory}/counts",
                        load_symbols(f"{directory}/kallsyms"), phases)
    kinds = []
    for kind, _, _ in phases.values():
        if kind != "plain" and kind not in kinds:
            kinds.append(kind)
    for where in dict.fromkeys(w for _, w, _ in phases.values()):
        table(found, where, kinds, rows)


main()
