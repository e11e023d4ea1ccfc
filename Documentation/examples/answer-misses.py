#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Answer misses of the lisp device from a table: a whole control plane, with
the kernel's own YNL library (tools/net/ynl of the source of Linux 6.12, in
PYTHONPATH).

    answer-misses.py SPECIFICATION IID PREFIX/LENGTH=RLOC...

SPECIFICATION is lisp.yaml.  The device is made as answer-misses.c says, which
does the same for IPv4.  An EID of no prefix gets a mapping that drops, for ten
seconds.
"""
import ipaddress
import os
import select
import sys

from lib import NlError, YnlFamily

ORIGIN = 4242  # one of our own: nobody else's entries change


def read_table(words):
    table = {}
    for word in words:
        prefix, _, rloc = word.partition("=")
        try:
            table[ipaddress.ip_network(prefix)] = ipaddress.ip_address(rloc)
        except ValueError as err:
            sys.exit(f"{word}: not PREFIX/LENGTH=RLOC: {err}")
    return table


def mapping(table, iid, eid):
    """The attributes of map-new: a prefix of the table, or this EID alone."""
    found = [prefix for prefix in table if eid in prefix]
    if not found:
        return {"iid": iid, "origin": ORIGIN, "prefix": eid.packed,
                "action": "drop", "ttl": 10}
    best = max(found, key=lambda prefix: prefix.prefixlen)
    return {"iid": iid, "origin": ORIGIN,
            "prefix": best.network_address.packed,
            "prefix-len": best.prefixlen,
            "locators": {"locator": [{"address": table[best].packed}]}}


def misses(family):
    """(Instance-ID, EID) of all that the kernel tells from now on."""
    family.ntf_subscribe("miss")
    print("listening", flush=True)
    while True:
        select.select([family.sock], [], [])
        try:
            family.check_ntf()
        except OSError:
            pass  # ENOBUFS: some were lost, and are repeated until answered
        while family.async_msg_queue:
            miss = family.async_msg_queue.pop(0)["msg"]
            yield miss["iid"], ipaddress.ip_address(miss["eid"])


def main():
    if len(sys.argv) < 4 or not sys.argv[2].isdecimal():
        sys.exit("answer-misses.py SPECIFICATION IID PREFIX/LENGTH=RLOC...")
    spec, iid = sys.argv[1], int(sys.argv[2])
    table = read_table(sys.argv[3:])
    try:
        # attributes that a newer kernel adds are ignored; "": no schema
        asks = YnlFamily(spec, "", process_unknown=True)
        hears = YnlFamily(spec, "", process_unknown=True)
    except Exception as err:  # the library has no class of its own for it
        sys.exit(f"{err}: is lisp.ko loaded?")
    for miss_iid, eid in misses(hears):
        if miss_iid != iid:
            continue
        answer = mapping(table, iid, eid)
        try:
            asks.do("map-new", answer)
        except NlError as err:
            said = err.nl_msg.extack or {}
            print(f"{eid}: the kernel refuses its mapping:",
                  os.strerror(err.error), said.get("msg", ""),
                  file=sys.stderr)
        else:
            print(eid, "mapped" if "locators" in answer else "dropped",
                  flush=True)


main()
