# SPDX-License-Identifier: GPL-2.0-or-later
#
# lispd --schema | awk -f keys.awk - lispd.conf.5.in: the manual page, with the
# keys in the place of its line "KEYS".  A key is a line "NAME: TYPE", indented
# by two columns for each object it is in; beneath it is what is said of it.
function text(line,    words, n, i, out, len)
{
	gsub(/\\/, "\\e", line)
	n = split(line, words, " ")
	for (i = 1; i <= n; i++) {
		if (len && len + length(words[i]) > 76) {
			out = out "\n"
			len = 0
		}
		out = out (len ? " " : words[i] ~ /^['.]/ ? "\\&" : "") words[i]
		len += length(words[i]) + 1
	}
	return out "\n"
}
function roff(s) { gsub(/-/, "\\-", s); return s }
FNR == 1 { file++ }
file == 1 && !said && match($0, /^ *[a-z0-9-]+: /) {
	match($0, /^ */)
	depth = RLENGTH / 2
	name = $1
	sub(/:$/, "", name)
	in_object = depth ? path[depth - 1] : ""
	path[depth] = (depth ? in_object "." : "") name
	kind = $0
	sub(/^[^:]*: /, "", kind)
	if (!(in_object in keys))
		objects[++count] = in_object
	sub(/object/, "object \\fI" roff(path[depth]) "\\fR", kind)
	keys[in_object] = keys[in_object] ".TP\n\\fB" roff(name) "\\fR: " \
		kind "\n"
	said = 1
	next
}
file == 1 {
	sub(/^ */, "")
	keys[in_object] = keys[in_object] text($0)
	# What is said is one line, and lines that begin like this.
	said = 0
	next
}
/^KEYS$/ {
	for (i = 1; i <= count; i++)
		printf ".SS %s\n%s", objects[i] == "" ? "Top level" : \
			roff(objects[i]), keys[objects[i]]
	next
}
{ print }
