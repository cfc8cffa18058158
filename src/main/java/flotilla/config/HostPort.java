package flotilla.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of nodes as text: {@code host:port}, where the host is a name, an IPv4 address or an IPv6 address in brackets. */
public final class HostPort {
    private static final Pattern FORM = Pattern.compile("(?:[^:\\s\\[\\]/@]+|\\[[0-9A-Fa-f:.]+\\]):(\\d{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    private HostPort() {}

    /** Whether a node can be reached under this text. */
    public static boolean isValid(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return false;
        }
        int port = Integer.parseInt(matcher.group(1));
        return port > 0 && port <= HIGHEST_PORT;
    }
}
