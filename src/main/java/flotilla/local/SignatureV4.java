package flotilla.local;

import com.sun.net.httpserver.Headers;
import flotilla.config.EmbeddedCloud;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the signature of a request as AWS does, version 4, in the {@code Authorization} header.
 *
 * <p>signature = HMAC(HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request"), "AWS4-HMAC-SHA256\n" +
 * time + "\n" + scope + "\n" + SHA256(canonical request)). The time is not compared with the clock.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a signed
 *     request</a>
 */
final class SignatureV4 {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final Pattern AUTHORIZATION = Pattern.compile(
            ALGORITHM + "\\s+Credential=([^/,]+)/([^,\\s]+),\\s*SignedHeaders=([^,\\s]+),\\s*Signature=([0-9a-f]+)");

    private SignatureV4() {}

    /** @throws Ec2Exception {@code MissingAuthenticationToken} or {@code AuthFailure} */
    static void verify(String method, URI uri, Headers headers, byte[] body) {
        String authorization = headers.getFirst("Authorization");
        if (authorization == null) {
            throw new Ec2Exception("MissingAuthenticationToken", "Request is missing Authentication Token");
        }
        Matcher parts = AUTHORIZATION.matcher(authorization);
        if (!parts.matches() || !parts.group(1).equals(EmbeddedCloud.ACCESS_KEY_ID)) {
            throw failure("the embedded cloud's access key id is " + EmbeddedCloud.ACCESS_KEY_ID);
        }
        String scope = parts.group(2);
        String canonical = String.join(
                "\n",
                method,
                uri.getRawPath().isEmpty() ? "/" : uri.getRawPath(),
                canonicalQuery(uri.getRawQuery()),
                canonicalHeaders(parts.group(3), headers),
                parts.group(3),
                hex(sha256(body)));
        String time = headers.getFirst("X-Amz-Date");
        String toSign = String.join(
                "\n", ALGORITHM, String.valueOf(time), scope, hex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
        byte[] key = ("AWS4" + EmbeddedCloud.SECRET_ACCESS_KEY).getBytes(StandardCharsets.UTF_8);
        for (String step : scope.split("/")) {
            key = hmac(key, step);
        }
        byte[] given = parts.group(4).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(hex(hmac(key, toSign)).getBytes(StandardCharsets.US_ASCII), given)) {
            throw failure("the signature does not match; the embedded cloud's secret access key is "
                    + EmbeddedCloud.SECRET_ACCESS_KEY);
        }
    }

    private static Ec2Exception failure(String hint) {
        return new Ec2Exception(
                "AuthFailure", "AWS was not able to validate the provided access credentials (" + hint + ")");
    }

    private static String canonicalQuery(String rawQuery) {
        if (rawQuery == null) {
            return "";
        }
        return Arrays.stream(rawQuery.split("&"))
                .map(pair -> pair.contains("=") ? pair : pair + "=")
                .sorted()
                .collect(Collectors.joining("&"));
    }

    private static String canonicalHeaders(String signedHeaders, Headers headers) {
        return Arrays.stream(signedHeaders.split(";"))
                .map(name -> name.toLowerCase(Locale.ROOT) + ":" + value(headers, name) + "\n")
                .collect(Collectors.joining());
    }

    private static String value(Headers headers, String name) {
        return headers.containsKey(name)
                ? headers.get(name).stream()
                        .map(value -> value.strip().replaceAll(" +", " "))
                        .collect(Collectors.joining(","))
                : "";
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
