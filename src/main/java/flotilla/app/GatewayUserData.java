package flotilla.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ProvisionSettings;
import flotilla.config.SettingsException;
import flotilla.provision.Blueprint;
import java.util.List;
import java.util.Map;

/**
 * The script that makes a gateway of an instance, at its first boot: its image is one of the gateway's role. It writes the
 * settings that differ from their defaults, without any secret, and fetches those from SSM.
 */
final class GatewayUserData {
    /** Where a gateway's cluster side is found when the settings leave it to chance. */
    static final int CLUSTER_PORT = 25520;
    /** In bytes, as EC2 counts them, before base64. */
    private static final int LONGEST = 16 * 1024;

    /** Secrets, what is for this machine alone, and what the launch template has. */
    private static final List<String> LEFT_OUT = List.of(
            "aws.credentials",
            "aws.endpoints-file",
            "push.secrets",
            "http.api-keys",
            "local",
            "provision",
            "cluster.host");

    private static final List<String> IN_THE_TEMPLATE =
            List.of("fleet.image-id", "fleet.security-group-ids", "fleet.instance-profile", "fleet.key-name");

    private static final String SCRIPT = """
            #!/bin/sh
            # A gateway's user data: runs once, at the first boot. The unit runs at each boot. No secrets here.
            set -eu
            umask 027
            install -d -m 0755 /etc/flotilla
            cat >/etc/flotilla/gateway.conf <<'HOCON'
            %s
            include file("/etc/flotilla/secrets.conf")
            HOCON
            %schgrp flotilla /etc/flotilla/gateway.conf
            systemctl enable --now flotilla-gateway.service
            """;
    /** The script runs once in the instance's life, at its very beginning: role and route may not be there yet. Some five minutes. */
    private static final String SECRETS = """
            read_secrets() {
                aws ssm get-parameter --region '%s' --name '%s' --with-decryption \\
                    --query Parameter.Value --output text --cli-connect-timeout 10 --cli-read-timeout 20
            }
            waited=0
            pause=2
            until (umask 077 && read_secrets >/etc/flotilla/secrets.new); do
                if [ "$waited" -ge 300 ]; then
                    echo 'gateway: cannot read the parameter %s, so it does not start; see to the role and the way to SSM,' \\
                        'and replace the instance' >&2
                    exit 1
                fi
                sleep "$pause"
                waited=$((waited + pause))
                [ "$pause" -ge 32 ] || pause=$((pause * 2))
            done
            chgrp flotilla /etc/flotilla/secrets.new
            chmod 0640 /etc/flotilla/secrets.new
            mv /etc/flotilla/secrets.new /etc/flotilla/secrets.conf
            """;

    private GatewayUserData() {}

    /**
     * The script.
     *
     * @param region where everything is
     * @throws SettingsException when the gateway would not start with it
     */
    static String render(Config config, FlotillaSettings settings, String region) {
        ProvisionSettings.Gateway gateway = settings.provision().gateway();
        boolean open = settings.http().access().allowAnonymous();
        if (!open && gateway.secretsParameter().isEmpty()) {
            throw new SettingsException(
                    "the gateway's instance would serve nobody: set flotilla.provision.gateway.secrets-parameter to an SSM "
                            + "parameter with flotilla.http.api-keys, or flotilla.http.allow-anonymous = true");
        }
        if (!region.matches("[a-z0-9-]+")) {
            throw new SettingsException("flotilla.aws.region must be a region such as eu-central-1, not " + region);
        }
        // What workers cannot be handed is found out now.
        WorkerUserData.render(config, settings, List.of());
        String hocon = settings(config, settings, region)
                .atPath("flotilla")
                .root()
                .render(ConfigRenderOptions.concise().setJson(false));
        String script = SCRIPT.formatted(
                hocon,
                gateway.secretsParameter()
                        .map(name -> SECRETS.formatted(region, name, name))
                        .orElse(""));
        int bytes = script.getBytes(UTF_8).length;
        if (bytes > LONGEST) {
            throw new SettingsException(
                    "the gateway's settings take " + bytes + " bytes, and user data holds " + LONGEST
                            + "; put some of them into the SSM parameter that flotilla.provision.gateway.secrets-parameter names");
        }
        return script;
    }

    private static Config settings(Config config, FlotillaSettings settings, String region) {
        Config defaults = ConfigFactory.defaultReference().getConfig("flotilla");
        Config own = ConfigFactory.empty();
        for (Map.Entry<String, ConfigValue> one : config.getConfig("flotilla").entrySet()) {
            boolean isDefault = defaults.hasPath(one.getKey())
                    && defaults.getValue(one.getKey()).equals(one.getValue());
            own = isDefault ? own : own.withValue(one.getKey(), one.getValue());
        }
        for (String path : LEFT_OUT) {
            own = own.withoutPath(path);
        }
        if (settings.fleet().mode() == FleetSettings.Mode.LAUNCH) {
            for (String path : IN_THE_TEMPLATE) {
                own = own.withoutPath(path);
            }
            own = with(own, "fleet.launch-template", Blueprint.templateName(settings));
        }
        int port = settings.cluster().port() == 0
                ? CLUSTER_PORT
                : settings.cluster().port();
        own = with(own, "cluster.host", "");
        own = with(own, "cluster.port", port);
        own = with(own, "aws.region", region);
        return with(own, "http.host", "0.0.0.0");
    }

    private static Config with(Config config, String path, Object value) {
        return config.withValue(path, ConfigValueFactory.fromAnyRef(value));
    }
}
