package flotilla.aws.s3;

import flotilla.provision.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.AbortIncompleteMultipartUpload;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleAndOperator;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;

/**
 * Our lifecycle rule among those of a bucket: it has a name of its own, and the others stay as they are.
 *
 * @param prefix of the keys that it is for; empty for all
 */
record BucketRules(String prefix) {
    private static final String ID = "flotilla";

    /** What a bucket's rules come to, as attributes. */
    Map<String, String> told(List<LifecycleRule> rules) {
        Optional<LifecycleRule> ours = rules.stream()
                .filter(rule -> ID.equals(rule.id()) && rule.status() == ExpirationStatus.ENABLED)
                .findFirst();
        Map<String, String> told = new TreeMap<>();
        told.put(
                Attributes.EXPIRE_AFTER_DAYS,
                days(ours.map(LifecycleRule::expiration).map(LifecycleExpiration::days)));
        told.put(
                Attributes.DROP_UPLOADS_AFTER_DAYS,
                days(ours.map(LifecycleRule::abortIncompleteMultipartUpload)
                        .map(AbortIncompleteMultipartUpload::daysAfterInitiation)));
        ours.ifPresent(rule -> told.put(Attributes.EXPIRY_PREFIX, prefix(rule)));
        return told;
    }

    private static String prefix(LifecycleRule rule) {
        Optional<LifecycleRuleFilter> filter = Optional.ofNullable(rule.filter());
        return filter.map(LifecycleRuleFilter::prefix)
                .or(() -> filter.map(LifecycleRuleFilter::and).map(LifecycleRuleAndOperator::prefix))
                .orElse("");
    }

    private static String days(Optional<Integer> days) {
        return Integer.toString(days.orElse(0));
    }

    /** The rules with ours as the attributes want it. */
    List<LifecycleRule> with(List<LifecycleRule> rules, Map<String, String> attributes) {
        List<LifecycleRule> all = new ArrayList<>(rules);
        all.removeIf(rule -> ID.equals(rule.id()));
        LifecycleRule.Builder ours = LifecycleRule.builder()
                .id(ID)
                .status(ExpirationStatus.ENABLED)
                .filter(filter -> filter.prefix(prefix))
                .abortIncompleteMultipartUpload(upload -> upload.daysAfterInitiation(
                        Integer.parseInt(attributes.get(Attributes.DROP_UPLOADS_AFTER_DAYS))));
        int expireAfter = Integer.parseInt(attributes.get(Attributes.EXPIRE_AFTER_DAYS));
        if (expireAfter > 0) {
            ours.expiration(expiration -> expiration.days(expireAfter));
        }
        all.add(ours.build());
        return all;
    }
}
