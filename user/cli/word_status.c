/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons that the daemon gives for what it could not attach, read or keep, in Japanese. */
#include <stdio.h>
#include <string.h>

#include "cli/word.h"
#include "core/macros.h"
#include "detect/cause.h"

/* Of two formats that fit, the more special stands first. */
/* clang-format off */
static const struct yg_cause_row rows[] = {
	/* interfaces */
	{ "nothing to drop in observe",
	  "観測モードでは破棄しません" },
	{ "off by configuration",
	  "設定で無効" },
	{ "frames have no Ethernet header",
	  "Ethernetヘッダーのないフレームです" },
	{ "veth: native turns off segmentation offload of its peer",
	  "veth: ネイティブXDPは対向のセグメンテーションオフロードを無効にします" },
	{ "loopback has no native XDP",
	  "ループバックにネイティブXDPはありません" },
	{ "{}: another XDP program is there",
	  "{1}: 別のXDPプログラムがあります" },
	/* coverage */
	{ "no process of this host, or of the scope, was seen to use these connections",
	  "このホストまたは対象範囲に、この接続を使うプロセスが見つかりません" },
	{ "HTTP/3 over QUIC; without Alt-Svc, or its UDP port, clients use TCP",
	  "QUIC上のHTTP/3です。Alt-SvcかUDPポートを外すと、クライアントはTCPを使います" },
	{ "its TLS library is attached, but these connections do not use it",
	  "TLSライブラリーには接続済みですが、この接続では使われていません" },
	{ "its TLS is none of the stacks that are known",
	  "既知のTLS実装ではありません" },
	{ "processes that ended before they were looked at",
	  "調べる前に終了したプロセスです" },
	{ "{} is linked in and its symbols are stripped",
	  "{1}が静的に組み込まれ、シンボルがありません" },
	{ "rustls has no functions with a stable signature",
	  "rustlsには安定した関数がありません" },
	{ "crypto/tls of Go before 1.17, or of another machine",
	  "Go 1.17より前、または別アーキテクチャーのcrypto/tlsです" },
	{ "JSSE, the TLS of Java, is compiled as it runs",
	  "JavaのTLS（JSSE）は実行時にコンパイルされます" },
	{ "{} is not supported",
	  "{1}には対応していません" },
	/* kernel */
	{ "kernel refuses the XDP program; drops at TC",
	  "カーネルがXDPプログラムを拒否。TCで破棄します" },
	{ "kernel refuses the TC programs; no cleartext HTTP is seen",
	  "カーネルがTCプログラムを拒否。平文HTTPは見えません" },
	{ "kernel lacks TCX (Linux 6.6); clsact filters are used",
	  "TCX（Linux 6.6）がないため、clsactフィルターを使います" },
	{ "kernel refuses the uprobe programs; no TLS of Go is seen",
	  "カーネルがuprobeプログラムを拒否。GoのTLSは見えません" },
	{ "kernel refuses the uprobe programs; no TLS is seen",
	  "カーネルがuprobeプログラムを拒否。TLSは見えません" },
	{ "kernel lacks uprobe_multi (Linux 6.6); perf events are used",
	  "uprobe_multi（Linux 6.6）がないため、perfイベントを使います" },
	{ "kernel lacks {}; TLS clients unknown",
	  "{1}がないため、TLSの接続元は不明です" },
	{ "kernel lacks {}; bound at the first read, memory BIOs by their hellos",
	  "{1}がないため、最初の読み取りで対応付けます（メモリーBIOはハンドシェイクから）" },
	{ "kernel lacks {}; TLS clients of Go unknown",
	  "{1}がないため、GoのTLSの接続元は不明です" },
	{ "kernel lacks {}, and module {} is not there; they time out",
	  "{1}も{2}モジュールもないため、接続はタイムアウトを待ちます" },
	{ "kernel lacks {}; they time out",
	  "{1}がないため、接続はタイムアウトを待ちます" },
	{ "before Linux 5.19 blocks need sysctl kernel.unprivileged_bpf_disabled=0",
	  "Linux 5.19より前の遮断にはsysctl kernel.unprivileged_bpf_disabled=0が必要です" },
	{ "kernel lacks {}; sweeps find them",
	  "{1}がないため、定期走査で見つけます" },
	/* roles, sampling */
	{ "killed by signal {} ({})",
	  "シグナル{1}（{2}）で終了" },
	{ "ended with status {}",
	  "終了コード{1}" },
	{ "no pressure",
	  "負荷なし" },
	{ "set by the operator",
	  "運用者の設定" },
	{ "rings filled up",
	  "リングが満杯" },
	{ "rings lost records",
	  "リングでレコードを損失" },
	{ "CPU budget used up",
	  "CPU予算を使い切り" },
	{ "kernel uses up the CPU budget",
	  "カーネル内の処理がCPU予算を使い切り" },
};
/* clang-format on */

/* The number behind @word at the start of @text. Return: bytes of both; 0: there is none. */
static size_t read_number(const char *text, const char *word, int *ret_digits)
{
	size_t len = strlen(word), digits = 0;

	if (strncmp(text, word, len) == 0)
		digits = strspn(text + len, "0123456789");
	*ret_digits = (int)digits;
	return digits ? len + digits : 0;
}

/* "process 41, port 8443: " in Japanese. Return: bytes of @text that it takes. */
static size_t read_process(const char *text, char *ret, size_t cap)
{
	int pid_len, port_len;
	size_t pid = read_number(text, "process ", &pid_len);
	size_t port = pid ? read_number(text + pid, ", port ", &port_len) : 0;

	ret[0] = '\0';
	if (!pid || strncmp(text + pid + port, ": ", 2) != 0)
		return 0;
	if (port)
		(void)snprintf(ret, cap, "プロセス%.*s、ポート%.*s: ", pid_len,
			       text + pid - pid_len, port_len, text + pid + port - port_len);
	else
		(void)snprintf(ret, cap, "プロセス%.*s: ", pid_len, text + pid - pid_len);
	return pid + port + 2;
}

/* "guard: not available: why (EPERM)". Return: false: it is no such text, or why is not known. */
static bool read_lack(const char *text, char *ret, size_t cap)
{
	static const char not_available[] = ": not available: ";
	const char *why = strstr(text, not_available), *error;
	char reason[256], japanese[256];

	why = why ? why + sizeof(not_available) - 1 : NULL;
	error = why ? strrchr(why, '(') : NULL;
	if (!error || error == why || (size_t)(error - why) >= sizeof(reason))
		return false;
	(void)snprintf(reason, sizeof(reason), "%.*s", (int)(error - why - 1), why);
	if (!yg_cause_translate(rows, YG_ARRAY_SIZE(rows), reason, japanese, sizeof(japanese)))
		return false;
	(void)snprintf(ret, cap, "%s %s", japanese, error);
	return true;
}

const char *yg_cli_status_reason(const struct yg_cli_args *args, const char *english, char *ret,
				 size_t cap)
{
	char reason[256], head[64];
	size_t at;

	if (!args->japanese)
		return english;
	if (read_lack(english, ret, cap))
		return ret;
	at = read_process(english, head, sizeof(head));
	if (!yg_cause_translate(rows, YG_ARRAY_SIZE(rows), english + at, reason, sizeof(reason)))
		return english;
	(void)snprintf(ret, cap, "%s%s", head, reason);
	return ret;
}
