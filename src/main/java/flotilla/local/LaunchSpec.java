package flotilla.local;

import java.util.List;
import java.util.Optional;

/**
 * What an instance was launched from: RunInstances, with what it took from its launch template, or a group's launch template.
 *
 * @param userData base64, as it was given
 * @param instanceProfile name or ARN
 */
record LaunchSpec(
        String imageId,
        String instanceType,
        Optional<String> userData,
        Optional<String> clientToken,
        Optional<String> subnetId,
        List<String> securityGroupIds,
        Optional<String> keyName,
        Optional<String> instanceProfile) {
    LaunchSpec {
        securityGroupIds = List.copyOf(securityGroupIds);
    }

    LaunchSpec withUserData(String other) {
        return new LaunchSpec(
                imageId,
                instanceType,
                Optional.of(other),
                clientToken,
                subnetId,
                securityGroupIds,
                keyName,
                instanceProfile);
    }
}
