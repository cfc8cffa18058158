package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.PushSettings.Secret;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureTest {
    private static final Secret OTHER = new Secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    private static final Instant AT = Instant.ofEpochSecond(1614265330).plusMillis(999);

    private static String sign(List<Secret> secrets) {
        return Signature.of(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, "{\"test\": 2432232314}");
    }

    /** The vector that libraries for Standard Webhooks are tested with. */
    @Test
    void knownDelivery_shouldHaveItsKnownSignature() {
        assertThat(sign(List.of(PushFixture.SECRET))).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void severalSecrets_shouldSignEachForItself() {
        assertThat(sign(List.of(OTHER, PushFixture.SECRET)))
                .isEqualTo(sign(List.of(OTHER)) + " " + sign(List.of(PushFixture.SECRET)));
    }

    @Test
    void secret_shouldNotShowItself() {
        assertThat(PushFixture.settings(false, false, "h").toString()).doesNotContain("MfKQ");
    }
}
