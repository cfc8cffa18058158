package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.supervisor.SupervisorLease.Standing;
import org.junit.jupiter.api.Test;

class TenureTest {
    private final HandLease lease = new HandLease();
    private final Tenure tenure = new Tenure(lease);

    @Test
    void leaseThatIsHeld_shouldNotBeOursBeforeItsTenureIsBegun() {
        assertThat(tenure.isOurs()).isFalse();
        lease.give(1);
        assertThat(tenure.isOurs()).isFalse();

        assertThat(tenure.begin(new Standing.Held(1))).isTrue();

        assertThat(tenure.isOurs()).isTrue();
    }

    @Test
    void leaseThatComesBack_shouldBeOursAgainOnlyInTheSameTenure() {
        lease.give(1);
        tenure.begin(new Standing.Held(1));

        lease.take("lost");
        assertThat(tenure.isOurs()).isFalse();
        lease.give(1);
        assertThat(tenure.isOurs()).isTrue();
        assertThat(tenure.begin(new Standing.Held(1))).isFalse();

        lease.give(2);
        assertThat(tenure.isOurs()).isFalse();
        assertThat(tenure.begin(new Standing.Held(2))).isTrue();
        assertThat(tenure.isOurs()).isTrue();
    }
}
