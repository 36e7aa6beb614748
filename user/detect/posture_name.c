/* SPDX-License-Identifier: GPL-2.0-only */
/* What the names of fields say to the checks of posture. */
#include <stdlib.h>

#include "detect/posture_inside.h"

struct row {
	const char *name;
	uint32_t traits;
};

/* Folded, and sorted. Numbers are kinds of private fields. */
static const struct row rows[] = {
	{ "accesslevel", YG_NAME_OWNED },
	{ "accountbalance", YG_NAME_OWNED },
	{ "accountlevel", YG_NAME_PRIVILEGED },
	{ "accountnumber", 64 },
	{ "address1", 8 },
	{ "admin", YG_NAME_PRIVILEGED },
	{ "adminnotes", YG_NAME_TELLING(4) },
	{ "apikey", YG_NAME_TELLING(1) },
	{ "approved", YG_NAME_OWNED },
	{ "assertion", YG_NAME_PROOF },
	{ "balance", 128 | YG_NAME_PRIVILEGED },
	{ "birthdate", 16 },
	{ "cardnumber", 64 },
	{ "challenge", YG_NAME_PROOF },
	{ "clientsecret", YG_NAME_TELLING(1) },
	{ "code", YG_NAME_PROOF },
	{ "costprice", YG_NAME_TELLING(7) },
	{ "createdby", YG_NAME_OWNED },
	{ "creditlimit", YG_NAME_PRIVILEGED },
	{ "credits", YG_NAME_OWNED },
	{ "creditscore", 128 | YG_NAME_TELLING(6) | YG_NAME_OWNED },
	{ "currentpassword", YG_NAME_PROOF },
	{ "dateofbirth", 16 },
	{ "debug", YG_NAME_TELLING(5) },
	{ "debuginfo", YG_NAME_TELLING(5) },
	{ "dob", 16 },
	{ "email", 1 | YG_NAME_MAIL },
	{ "emailaddress", 1 | YG_NAME_MAIL },
	{ "emailnew", YG_NAME_NEW_MAIL },
	{ "emailverified", YG_NAME_OWNED },
	{ "encryptedpassword", YG_NAME_HASH | YG_NAME_TELLING(0) },
	{ "existingpassword", YG_NAME_PROOF },
	{ "familyname", 4 },
	{ "firstname", 4 },
	{ "fraudscore", YG_NAME_TELLING(6) | YG_NAME_OWNED },
	{ "fullname", 4 },
	{ "givenname", 4 },
	{ "hashedpassword", YG_NAME_HASH | YG_NAME_TELLING(0) },
	{ "iban", 64 },
	{ "internalcomment", YG_NAME_TELLING(4) },
	{ "internalcomments", YG_NAME_TELLING(4) },
	{ "internalnote", YG_NAME_TELLING(4) },
	{ "internalnotes", YG_NAME_TELLING(4) },
	{ "isadmin", YG_NAME_PRIVILEGED | YG_NAME_TELLING(3) },
	{ "isapproved", YG_NAME_OWNED },
	{ "isinternal", YG_NAME_OWNED },
	{ "isowner", YG_NAME_OWNED },
	{ "ispremium", YG_NAME_OWNED },
	{ "isstaff", YG_NAME_PRIVILEGED | YG_NAME_TELLING(3) },
	{ "issuperuser", YG_NAME_PRIVILEGED | YG_NAME_TELLING(3) },
	{ "isverified", YG_NAME_PRIVILEGED },
	{ "key", YG_NAME_PROOF },
	{ "kycstatus", YG_NAME_OWNED },
	{ "kycverified", YG_NAME_OWNED },
	{ "lastname", 4 },
	{ "mail", 1 | YG_NAME_MAIL },
	{ "mailaddress", YG_NAME_MAIL },
	{ "mfacode", YG_NAME_PROOF },
	{ "mfasecret", YG_NAME_TELLING(1) },
	{ "mfatoken", YG_NAME_PROOF },
	{ "mobile", 2 },
	{ "mynumber", 32 | YG_NAME_TELLING(2) },
	{ "nationalid", 32 | YG_NAME_TELLING(2) },
	{ "newemail", YG_NAME_NEW_MAIL },
	{ "newemailaddress", YG_NAME_NEW_MAIL },
	{ "newpasswd", YG_NAME_FRESH },
	{ "newpassword", YG_NAME_FRESH },
	{ "newpassword1", YG_NAME_FRESH },
	{ "oldpassword", YG_NAME_PROOF },
	{ "otp", YG_NAME_PROOF },
	{ "ownerid", YG_NAME_OWNED },
	{ "pan", 64 },
	{ "passportnumber", YG_NAME_TELLING(2) },
	{ "passwd", YG_NAME_PASSWORD | YG_NAME_PROOF },
	{ "password", YG_NAME_PASSWORD | YG_NAME_PROOF },
	{ "passwordcurrent", YG_NAME_PROOF },
	{ "passworddigest", YG_NAME_HASH | YG_NAME_TELLING(0) },
	{ "passwordhash", YG_NAME_HASH | YG_NAME_TELLING(0) },
	{ "passwordnew", YG_NAME_FRESH },
	{ "passwordold", YG_NAME_PROOF },
	{ "passwordsalt", YG_NAME_TELLING(0) },
	{ "permissions", YG_NAME_PRIVILEGED },
	{ "phone", 2 },
	{ "phonenumber", 2 },
	{ "phoneverified", YG_NAME_OWNED },
	{ "plainpassword", YG_NAME_PASSWORD },
	{ "postalcode", 8 },
	{ "previouspassword", YG_NAME_PROOF },
	{ "privatekey", YG_NAME_TELLING(1) },
	{ "privileges", YG_NAME_OWNED },
	{ "purchaseprice", YG_NAME_TELLING(7) },
	{ "pwdhash", YG_NAME_HASH | YG_NAME_TELLING(0) },
	{ "resetcode", YG_NAME_PROOF },
	{ "resettoken", YG_NAME_PROOF | YG_NAME_TELLING(1) },
	{ "riskscore", YG_NAME_TELLING(6) | YG_NAME_OWNED },
	{ "role", YG_NAME_PRIVILEGED },
	{ "roles", YG_NAME_PRIVILEGED },
	{ "salary", 128 | YG_NAME_TELLING(6) },
	{ "secretanswer", YG_NAME_TELLING(0) },
	{ "secretkey", YG_NAME_TELLING(1) },
	{ "sessiontoken", YG_NAME_TELLING(1) },
	{ "signature", YG_NAME_PROOF },
	{ "socialsecuritynumber", YG_NAME_TELLING(2) },
	{ "ssn", 32 | YG_NAME_TELLING(2) },
	{ "staffnotes", YG_NAME_TELLING(4) },
	{ "street", 8 },
	{ "superadmin", YG_NAME_OWNED },
	{ "superuser", YG_NAME_TELLING(3) | YG_NAME_OWNED },
	{ "taxid", 32 | YG_NAME_TELLING(2) },
	{ "tel", 2 },
	{ "tenantid", YG_NAME_OWNED },
	{ "ticket", YG_NAME_PROOF },
	{ "token", YG_NAME_PROOF },
	{ "totp", YG_NAME_PROOF },
	{ "totpsecret", YG_NAME_TELLING(1) },
	{ "userrole", YG_NAME_OWNED },
	{ "usertype", YG_NAME_PRIVILEGED },
	{ "verificationcode", YG_NAME_PROOF },
	{ "verified", YG_NAME_PRIVILEGED },
	{ "walletbalance", YG_NAME_OWNED },
	{ "wholesaleprice", YG_NAME_TELLING(7) },
	{ "zipcode", 8 },
};

bool yg_posture_names_are_sorted(void)
{
	for (size_t i = 1; i < YG_ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i - 1].name, rows[i].name) >= 0)
			return false;
	}
	return true;
}

bool yg_posture_fold_name(struct yg_slice name, char *ret)
{
	size_t len = 0;

	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '_' || name.ptr[i] == '-')
			continue;
		if (len + 1 >= YG_NAME_CAP)
			return false;
		ret[len++] = yg_ascii_lower(name.ptr[i]);
	}
	ret[len] = '\0';
	return len > 0;
}

static int compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct row *)row)->name);
}

static uint32_t read_name(struct yg_slice name)
{
	char folded[YG_NAME_CAP];
	const struct row *row = NULL;
	uint32_t traits;

	if (yg_posture_fold_name(name, folded))
		row = bsearch(folded, rows, YG_ARRAY_SIZE(rows), sizeof(rows[0]), compare);
	traits = row ? row->traits : 0;
	if (yg_slice_equal(name, YG_SLICE("paths")))
		traits |= YG_NAME_PATHS;
	if (yg_slice_equal(name, YG_SLICE("openapi")) || yg_slice_equal(name, YG_SLICE("swagger")))
		traits |= YG_NAME_VERSION;
	if (yg_slice_equal(name, YG_SLICE("__schema")))
		traits |= YG_NAME_SCHEMA;
	if (yg_slice_equal(name, YG_SLICE("types")))
		traits |= YG_NAME_TYPES;
	return traits;
}

uint32_t yg_posture_name_traits(struct yg_posture *posture, struct yg_slice name, uint64_t hash)
{
	struct yg_named *named;

	if (name.len == 0)
		return 0;
	if (name.len > sizeof(named->name))
		return read_name(name);
	named = &posture->named[hash % YG_POSTURE_NAMES];
	if (named->len != name.len || memcmp(named->name, name.ptr, name.len) != 0) {
		named->len = (uint8_t)name.len;
		memcpy(named->name, name.ptr, name.len);
		named->traits = read_name(name);
	}
	return named->traits;
}
