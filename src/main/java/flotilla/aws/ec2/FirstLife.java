package flotilla.aws.ec2;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.EbsInstanceBlockDevice;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceAttachment;

/**
 * Whether an instance has not been stopped since it was launched. Each start moves EC2's launch time; its root volume and its
 * first network interface keep the time at which the launch has attached them.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html">Instance</a>
 */
final class FirstLife {
    /** A launch attaches within seconds; no stop and start is as quick. */
    private static final Duration ATTACHED_WITHIN = Duration.ofSeconds(30);

    private FirstLife() {}

    /** One of which no time is told, as in the embedded cloud, is taken for started again: then nobody is stopped at work. */
    static boolean isOf(Instance instance) {
        Optional<Instant> attached =
                Stream.concat(volumes(instance), interfaces(instance)).min(Instant::compareTo);
        return instance.launchTime() != null
                && attached.filter(first -> instance.launchTime().isBefore(first.plus(ATTACHED_WITHIN)))
                        .isPresent();
    }

    private static Stream<Instant> volumes(Instance instance) {
        return instance.blockDeviceMappings().stream()
                .map(InstanceBlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .map(EbsInstanceBlockDevice::attachTime)
                .filter(Objects::nonNull);
    }

    private static Stream<Instant> interfaces(Instance instance) {
        return instance.networkInterfaces().stream()
                .map(InstanceNetworkInterface::attachment)
                .filter(Objects::nonNull)
                .map(InstanceNetworkInterfaceAttachment::attachTime)
                .filter(Objects::nonNull);
    }
}
