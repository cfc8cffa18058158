package flotilla.push;

import flotilla.config.PushSettings;
import flotilla.protocol.ResultPush.Refusal;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;

/**
 * Which callback URLs are taken. A URL is read here by the same parser that the request to it is made with, so that the two
 * cannot understand it differently. Where its name leads is another matter, which is settled anew at each connection.
 */
final class CallbackRule {
    private static final int LONGEST = 2048;

    private final PushSettings settings;

    CallbackRule(PushSettings settings) {
        this.settings = settings;
    }

    /** Why a URL is not taken; empty when it is. */
    Optional<Refusal> refusal(String url) {
        if (!settings.takesCallbacks()) {
            return not("callbacks are not taken here; leave the callback out, or set flotilla.push.allowed-hosts");
        }
        if (url.length() > LONGEST || !url.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return malformed("send a URL of at most " + LONGEST + " visible ASCII characters");
        }
        Uri uri;
        try {
            uri = Uri.create(url);
        } catch (IllegalUriException e) {
            return malformed("send a URL such as https://hooks.example.org/done");
        }
        return refusal(uri);
    }

    private Optional<Refusal> refusal(Uri uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String host = host(uri);
        if (!scheme.equals("https") && !scheme.equals("http") || host.isEmpty()) {
            return malformed("send an absolute URL that begins with https://");
        }
        if (!uri.getUserInfo().isEmpty()) {
            return malformed("leave user and password out; deliveries are signed");
        }
        if (uri.fragment().isPresent()) {
            return malformed("leave the fragment (#…) out; it would not be sent");
        }
        if (uri.port() < 1 || uri.port() > 65_535) {
            return malformed("send a port from 1 to 65535, or none");
        }
        if (scheme.equals("http") && !settings.allowHttp()) {
            return not("send an https:// URL; plain HTTP is not allowed here (flotilla.push.allow-http)");
        }
        if (settings.allowedHosts().stream().noneMatch(allowed -> matches(host, allowed))) {
            return not("the host " + host + " is not among those allowed here (flotilla.push.allowed-hosts)");
        }
        if (!settings.allowPrivate()
                && literal(uri)
                        .filter(address -> !AddressRule.isPublic(address))
                        .isPresent()) {
            return not("the address " + host + " is not a public one (flotilla.push.allow-private)");
        }
        return Optional.empty();
    }

    /** The host in lower case, an IPv6 address in brackets; empty when there is none. */
    static String host(Uri uri) {
        String host = uri.getHost().address().toLowerCase(Locale.ROOT);
        return uri.getHost().isIPv6() ? "[" + host + "]" : host;
    }

    private static boolean matches(String host, String allowed) {
        return allowed.startsWith("*.")
                ? host.length() > allowed.length() - 1 && host.endsWith(allowed.substring(1))
                : host.equals(allowed);
    }

    private static Optional<InetAddress> literal(Uri uri) {
        if (!uri.getHost().isIPv4() && !uri.getHost().isIPv6()) {
            return Optional.empty();
        }
        return Optional.of(uri.getHost().getInetAddresses().iterator().next());
    }

    private static Optional<Refusal> malformed(String detail) {
        return Optional.of(new Refusal(true, detail));
    }

    private static Optional<Refusal> not(String detail) {
        return Optional.of(new Refusal(false, detail));
    }
}
