package flotilla.infra;

import flotilla.testing.FirstBootFixture;

/** The gateway's user data of Terraform. */
class GatewayUserDataTest extends FirstBootFixture {
    @Override
    protected String script() {
        return Infra.read("terraform/templates/gateway.sh.tftpl").replaceAll("\\$\\{[a-z_]+}", parameter());
    }

    @Override
    protected String parameter() {
        return "value";
    }
}
