// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of the role Map-Resolver that concern more than one key. */
#include <stdlib.h>
#include <string.h>

#include "cfg/check_part.h"
#include "cfg/file.h"

/* A whole file; what is wrong with the key in it is found when it is used. */
static void check_anchor(struct place *p, struct conf_anchor *a,
			 struct cfg_errors *e)
{
	char *pem;
	size_t len;
	int err;

	if (!a->key == !a->key_file) {
		cfg_error(e, here(p), "expected either \"key\" or "
			  "\"key-file\"");
		return;
	}
	if (!a->key_file)
		return;
	push(p, "key-file", 0);
	err = file_read_pem(a->key_file, &pem, &len);
	if (err) {
		cfg_error(e, here(p), "\"%s\": %s", a->key_file,
			  file_trouble(err));
	} else {
		if (strstr(pem, "-----BEGIN PUBLIC KEY-----"))
			a->key = secret_new(pem, len);
		if (!a->key)
			cfg_error(e, here(p), "\"%s\": expected a public key "
				  "in PEM form, and at most %d octets",
				  a->key_file, SECRET_MAX);
		secret_wipe(pem, len);
		free(pem);
	}
	pop(p);
}

void conf_check_mr(const struct conf *c, struct place *p,
		   struct cfg_errors *e)
{
	push(p, "map-resolver", 0);
	if (!c->ms && !c->mr->map_server_count && !c->mr->ddt_root_count)
		cfg_error(e, here(p), "expected \"map-servers\" or "
			  "\"ddt-roots\", as this process is no Map-Server "
			  "itself");
	if (c->mr->map_server_count && c->mr->ddt_root_count)
		cfg_error(e, here(p), "expected either \"map-servers\" or "
			  "\"ddt-roots\"");
	check_unique(p, UNIQUE_PLAIN("map-servers", c->mr->map_servers,
				     c->mr->map_server_count, conf_cmp_addr),
		     e);
	check_unique(p, UNIQUE_PLAIN("ddt-roots", c->mr->ddt_roots,
				     c->mr->ddt_root_count, conf_cmp_addr), e);
	if (c->mr->ddt_security == CONF_DDT_REQUIRE &&
	    c->mr->ddt_root_count && !c->mr->ddt_anchor_count)
		cfg_error(e, here(p), "expected \"ddt-trust-anchors\", as "
			  "signatures are required");
	push(p, "ddt-trust-anchors", 0);
	for (size_t i = 0; i < c->mr->ddt_anchor_count; i++) {
		push(p, NULL, i);
		check_anchor(p, &c->mr->ddt_anchors[i], e);
		pop(p);
	}
	pop(p);
	pop(p);
}
