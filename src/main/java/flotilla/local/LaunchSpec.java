package flotilla.local;

import java.util.List;
import java.util.Optional;

/**
 * What RunInstances asked for.
 *
 * @param userData base64, as it was given
 * @param instanceProfile name or ARN
 * @param launchTemplate name or id
 */
record LaunchSpec(
        String imageId,
        String instanceType,
        Optional<String> userData,
        Optional<String> clientToken,
        Optional<String> subnetId,
        List<String> securityGroupIds,
        Optional<String> keyName,
        Optional<String> instanceProfile,
        Optional<String> launchTemplate) {
    LaunchSpec {
        securityGroupIds = List.copyOf(securityGroupIds);
    }
}
