# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lispd --check: what a person who wrote a configuration gets to hear.
# shellcheck disable=SC2154 # what topology.sh sets

for n in ms xtr-a xtr-b xtr-c; do
	check "the configuration of $n is good" lispd --check "$run/$n.conf"
done

# bad NAME WORDS SED: A's configuration, changed, is refused with the words.
bad()
{
	sed "$3" "$run/xtr-a.conf" >"$run/bad.conf"
	check_fails "$1 is refused" cmp -s "$run/xtr-a.conf" "$run/bad.conf"
	check_fails_with "$1: the error says $2" "$2" \
		lispd --check "$run/bad.conf"
}
bad "a word that is almost a key" 'register-interval' \
	's/"register-interval"/"register-intervall"/'
bad "a number out of range" 'from 10 to 3600' 's/\("register-interval":\) [0-9]*/\1 5/'
bad "text for a number" '"soon"' 's/\("register-interval":\) [0-9]*/\1 "soon"/'
bad "a prefix that is none" '10.1.0.0/33' 's|10.1.0.0/16|10.1.0.0/33|'
bad "a prefix with host bits" '10.1.0.1/16' 's|10.1.0.0/16|10.1.0.1/16|'
bad "a missing comma" bad.conf:4 '3s/,$//'
bad "an algorithm nobody knows" 'hmac-sha256' 's/hmac-sha256/hmac-md5/'
bad "the same Instance-ID twice" '200' 's/"iid": 100/"iid": 200/'
check_fails_with "a file that is not there" /nonexistent \
	lispd --check /nonexistent
sed 's/"register-interval"/"register-intervall"/' "$run/xtr-a.conf" \
	>"$run/bad.conf"
check_fails "a daemon does not start on it either" \
	in_ns xtr-a timeout 20 lispd -c "$run/bad.conf"
