# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What roots for trying packages are made of.  To be sourced.

# shellcheck disable=SC2034 # for those who source this
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")

# Where this machine's apt gets its Debian, whether that is asked for by codename
# or as "stable".
sources()
{
	apt-get indextargets 'Created-By: Packages' \
		--format '$(ORIGIN) deb $(REPO_URI) $(CODENAME) $(COMPONENT)' |
		awk -v suite="$suite" '$1 == "Debian" && index($4, suite) == 1 {
			$1 = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
			print "deb", $1, $3, $4, $5 }' | sort -u
}

# dependencies DIR FIELD...: names of what the packages there depend on that is
# none of them.
dependencies()
{
	local f

	for f in "$1"/*.deb; do
		dpkg-deb -f "$f" "${@:2}" | sed 's/^[A-Z][a-z-]*: //'
	done | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/ //g' | sort -u |
		grep -v '^\(lisp.*\)\?$' | paste -sd ,
}
