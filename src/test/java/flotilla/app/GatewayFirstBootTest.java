package flotilla.app;

import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.testing.FirstBootFixture;
import java.util.List;
import java.util.Optional;

/** The gateway's user data of {@code provision}. */
class GatewayFirstBootTest extends FirstBootFixture {
    @Override
    protected String script() {
        Config config = SettingsLoader.load(
                Optional.empty(),
                Optional.empty(),
                List.of("flotilla.provision.gateway.secrets-parameter=" + parameter()));
        return GatewayUserData.render(config, FlotillaSettings.from(config), "eu-central-1");
    }

    @Override
    protected String parameter() {
        return "/flotilla/gateway";
    }
}
