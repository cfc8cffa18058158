package flotilla.config;

import com.typesafe.config.Config;
import java.util.EnumSet;
import java.util.Set;

/**
 * A key that a client may use.
 *
 * @param name for logs and messages; never secret
 * @param sha256 of the key, 64 lower-case hexadecimal digits
 * @param requestsPerSecond 0 for no limit
 * @param concurrentRequests 0 for no limit
 */
public record ApiKeySettings(
        String name, String sha256, Set<Role> roles, double requestsPerSecond, int concurrentRequests) {
    private static final String KEY = "flotilla.http.api-keys";

    /** What a key is good for. */
    public enum Role {
        SUBMIT,
        READ,
        /** Everything. */
        ADMIN
    }

    public ApiKeySettings {
        Checks.notBlank(name, KEY + ".name");
        Checks.that(
                sha256.matches("[0-9a-f]{64}"),
                KEY + ".sha256",
                "the SHA-256 of the key in 64 lower-case hexadecimal digits (printf %s KEY | sha256sum)");
        Checks.that(!roles.isEmpty(), KEY + ".roles", "a list of submit, read or admin");
        Checks.that(requestsPerSecond >= 0, KEY + ".requests-per-second", "0 or more");
        Checks.atLeast(concurrentRequests, 0, KEY + ".concurrent-requests");
        roles = Set.copyOf(roles);
    }

    /** Without the digest: that of a short key can be tried out. */
    @Override
    public String toString() {
        return "ApiKeySettings[" + name + ", ***, " + roles + ", " + requestsPerSecond + ", " + concurrentRequests
                + "]";
    }

    static ApiKeySettings from(Config config) {
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        config.getStringList("roles").forEach(role -> roles.add(Choice.of(Role.class, role, KEY + ".roles")));
        return new ApiKeySettings(
                config.getString("name"),
                config.getString("sha256"),
                roles,
                config.hasPath("requests-per-second") ? config.getDouble("requests-per-second") : 0,
                config.hasPath("concurrent-requests") ? config.getInt("concurrent-requests") : 0);
    }
}
