package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.provision.Attributes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;

class BucketRulesTest {
    private static final LifecycleRule OTHERS = LifecycleRule.builder()
            .id("archive")
            .status(ExpirationStatus.ENABLED)
            .filter(filter -> filter.prefix("x/"))
            .expiration(expiration -> expiration.days(3))
            .build();

    private final BucketRules rules = new BucketRules("p/");

    private static Map<String, String> days(String expire, String drop) {
        return Map.of(Attributes.EXPIRE_AFTER_DAYS, expire, Attributes.DROP_UPLOADS_AFTER_DAYS, drop);
    }

    private static Map<String, String> daysBelow(String prefix, String expire, String drop) {
        Map<String, String> all = new TreeMap<>(days(expire, drop));
        all.put(Attributes.EXPIRY_PREFIX, prefix);
        return all;
    }

    @Test
    void ruleForOtherKeys_shouldTellItsPrefix() {
        List<LifecycleRule> before = new BucketRules("old/").with(List.of(), days("22", "1"));

        assertThat(rules.told(before)).isEqualTo(daysBelow("old/", "22", "1"));
    }

    @Test
    void noRuleOfOurs_shouldBeForEver() {
        assertThat(rules.told(List.of())).isEqualTo(days("0", "0"));
        assertThat(rules.told(List.of(OTHERS))).isEqualTo(days("0", "0"));
    }

    @Test
    void ourRule_shouldComeBackAsItWasPutBesideThoseOfOthers() {
        List<LifecycleRule> put = rules.with(List.of(OTHERS), days("22", "1"));

        assertThat(put).hasSize(2).contains(OTHERS);
        assertThat(put.get(1).filter().prefix()).isEqualTo("p/");
        assertThat(rules.told(put)).isEqualTo(daysBelow("p/", "22", "1"));
        assertThat(rules.told(rules.with(put, days("0", "1")))).isEqualTo(daysBelow("p/", "0", "1"));
        assertThat(rules.with(put, days("0", "1"))).hasSize(2);
    }

    @Test
    void ourRuleThatIsOff_shouldCountAsNone() {
        LifecycleRule off = rules.with(List.of(), days("22", "1")).get(0).toBuilder()
                .status(ExpirationStatus.DISABLED)
                .build();

        assertThat(rules.told(List.of(off))).isEqualTo(days("0", "0"));
    }
}
