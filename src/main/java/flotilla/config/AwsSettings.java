package flotilla.config;

import com.typesafe.config.Config;
import java.net.URI;
import java.util.Optional;

/**
 * How AWS is reached.
 *
 * @param region empty for the SDK's default chain
 * @param sqs, s3, ec2, autoscaling service URLs; empty for AWS itself
 * @param credentials fixed credentials; empty for the SDK's default chain
 */
public record AwsSettings(
        Optional<String> region,
        Optional<URI> sqs,
        Optional<URI> s3,
        Optional<URI> ec2,
        Optional<URI> autoscaling,
        Optional<Credentials> credentials) {

    /** A key pair. */
    public record Credentials(String accessKeyId, String secretAccessKey) {
        @Override
        public String toString() {
            return "Credentials[" + accessKeyId + ", ***]";
        }
    }

    static AwsSettings from(Config config) {
        return new AwsSettings(
                given(config, "region"),
                url(config, "endpoint.sqs"),
                url(config, "endpoint.s3"),
                url(config, "endpoint.ec2"),
                url(config, "endpoint.autoscaling"),
                credentials(config));
    }

    private static Optional<Credentials> credentials(Config config) {
        Optional<String> id = given(config, "credentials.access-key-id");
        Optional<String> secret = given(config, "credentials.secret-access-key");
        Checks.that(
                id.isPresent() == secret.isPresent(),
                "flotilla.aws.credentials",
                "given with both access-key-id and secret-access-key, or not at all");
        return id.map(accessKeyId -> new Credentials(accessKeyId, secret.orElseThrow()));
    }

    private static Optional<String> given(Config config, String key) {
        return Optional.of(config.getString(key)).filter(value -> !value.isBlank());
    }

    private static Optional<URI> url(Config config, String key) {
        return url(config, key, "flotilla.aws." + key);
    }

    /**
     * A service's URL; empty when it is not given.
     *
     * @param name the whole key, for people
     */
    static Optional<URI> url(Config config, String key, String name) {
        return given(config, key).map(text -> {
            Checks.that(
                    text.matches("https?://[^\\s/@]+/?"),
                    name,
                    "a URL such as http://127.0.0.1:9324, without a user's name or password");
            return URI.create(text);
        });
    }
}
