package flotilla.hostile;

import java.util.List;

/** File names as attackers and careless clients send them. */
public final class HostileNames {
    /** A name that some displays show as {@code photoexe.png}. */
    public static final String BIDI = "photo\u202Egnp.exe";

    /** Those that are refused. */
    public static final List<String> BAD = List.of(
            "../../etc/passwd",
            "..",
            ".",
            "a/..",
            "..\\..\\boot.ini",
            "a\r\nSet-Cookie: x=1",
            "a\0.png",
            "\n",
            "a\uFFFE.png",
            "\uFFFF",
            " ",
            "x".repeat(256));

    /** Those that are taken, some for their last segment, and must do no harm. */
    public static final List<String> ODD = List.of(
            "/etc/passwd",
            "C:\\photos\\a.png",
            "<script>alert(1)</script>.png",
            "a\"; filename=\"b.png",
            "=cmd|'!A0.png",
            "%2e%2e%2fetc%2fpasswd",
            "a;b&c=d?e#f.png",
            "größe 1 (2).png",
            BIDI,
            "\uD83D\uDE00\uFDD0.png",
            "${jndi:ldap://127.0.0.1/a}.png",
            "'; DROP TABLE.png");

    private HostileNames() {}
}
