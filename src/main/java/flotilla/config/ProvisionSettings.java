package flotilla.config;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;

/**
 * What {@code flotilla provision} makes beyond what the other settings name.
 *
 * @param gateway the gateway's instance
 */
public record ProvisionSettings(Gateway gateway) {
    /**
     * An instance that runs a gateway.
     *
     * @param imageId a machine image of the gateway's role
     * @param instanceProfile name of the profile with the gateway's role
     * @param subnetId empty for the account's own
     * @param secretsParameter name of a parameter in SSM that holds HOCON, read at the first boot
     */
    public record Gateway(
            Optional<String> imageId,
            String instanceType,
            Optional<String> instanceProfile,
            Optional<String> subnetId,
            List<String> securityGroupIds,
            Optional<String> secretsParameter) {
        public Gateway {
            Checks.notBlank(instanceType, "flotilla.provision.gateway.instance-type");
            securityGroupIds = List.copyOf(securityGroupIds);
            secretsParameter.ifPresent(name -> Checks.that(
                    name.matches("[a-zA-Z0-9_./-]+"),
                    "flotilla.provision.gateway.secrets-parameter",
                    "a name of letters, digits and _ . / -, such as /flotilla/gateway, not " + name));
        }
    }

    static ProvisionSettings from(Config config) {
        return new ProvisionSettings(new Gateway(
                given(config, "gateway.image-id"),
                config.getString("gateway.instance-type"),
                given(config, "gateway.instance-profile"),
                given(config, "gateway.subnet-id"),
                config.getStringList("gateway.security-group-ids"),
                given(config, "gateway.secrets-parameter")));
    }

    private static Optional<String> given(Config config, String key) {
        return Optional.of(config.getString(key)).filter(value -> !value.isBlank());
    }
}
