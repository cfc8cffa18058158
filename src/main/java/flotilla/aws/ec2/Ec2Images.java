package flotilla.aws.ec2;

import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;

/** Looks at machine images, and says how the root disk of an instance of one is made. */
final class Ec2Images {
    private Ec2Images() {}

    /** An image; fails with the remedy when there is none of this id in the region. */
    static CompletionStage<Image> find(Ec2AsyncClient client, String id) {
        return client.describeImages(request -> request.imageIds(id)).handle((answer, failure) -> {
            String code = failure == null ? "" : AwsErrors.code(failure);
            if (code.startsWith("InvalidAMIID")
                    || failure == null && answer.images().isEmpty()) {
                throw new InfrastructureException(
                        "there is no machine image " + id
                                + " in this region for this account; correct flotilla.fleet.image-id "
                                + "or flotilla.provision.gateway.image-id, or make one (infra/packer)",
                        failure == null ? null : AwsErrors.unwrap(failure));
            }
            if (failure != null) {
                throw AwsErrors.wrap("EC2 DescribeImages of " + id, failure);
            }
            return answer.images().get(0);
        });
    }

    /** Encrypted whatever the account's default is, and gone with its instance; in all else as the image has it. */
    static BlockDeviceMapping encryptedRoot(Image image) {
        return encryptedRoot(image, volume -> {});
    }

    /** The same with more that is said of the volume. */
    static BlockDeviceMapping encryptedRoot(Image image, Consumer<EbsBlockDevice.Builder> more) {
        return BlockDeviceMapping.builder()
                .deviceName(image.rootDeviceName())
                .ebs(volume -> volume.encrypted(true).deleteOnTermination(true).applyMutation(more))
                .build();
    }
}
