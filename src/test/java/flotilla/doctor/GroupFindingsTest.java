package flotilla.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.doctor.Finding.Status;
import flotilla.doctor.GroupFindings.Group;
import flotilla.doctor.GroupFindings.Needs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupFindingsTest {
    private static final Needs NEEDS = new Needs(1, 10, "drain");

    @Test
    void groupThatIsSetUpAsItShouldBe_shouldBeInOrder() {
        assertThat(GroupFindings.of(new Group("g", 0, 10, true, Optional.of(List.of("others", "drain"))), NEEDS))
                .containsExactly(Finding.ok("Auto Scaling group g", "MinSize 0, MaxSize 10, hook drain"));
        assertThat(GroupFindings.of(new Group("g", 1, 12, true, Optional.of(List.of("drain"))), NEEDS))
                .extracting(Finding::status)
                .containsExactly(Status.OK);
    }

    @Test
    void eachThingThatIsNot_shouldBeAWarningWithItsRemedy() {
        List<Finding> findings = GroupFindings.of(new Group("g", 2, 9, false, Optional.of(List.of("others"))), NEEDS);

        assertThat(findings).extracting(Finding::status).containsOnly(Status.WARNING);
        assertThat(findings)
                .extracting(Finding::what)
                .satisfiesExactly(
                        min -> assertThat(min).startsWith("MinSize is 2, and scaling.min-instances 1"),
                        max -> assertThat(max).startsWith("MaxSize is 9, and scaling.max-instances 10"),
                        unprotected -> assertThat(unprotected).startsWith("new members are not protected"),
                        hook -> assertThat(hook)
                                .startsWith("no lifecycle hook for terminations is called drain, but others:"));
        assertThat(findings)
                .extracting(Finding::remedy)
                .satisfiesExactly(
                        min -> assertThat(min).contains("flotilla.scaling.min-instances"),
                        max -> assertThat(max).contains("flotilla.scaling.max-instances"),
                        unprotected -> assertThat(unprotected).contains("NewInstancesProtectedFromScaleIn"),
                        hook -> assertThat(hook).contains("flotilla.fleet.lifecycle-hook"));
    }

    @Test
    void hooksThatMayNotBeSeen_shouldBeAWarningThatNamesThePermission() {
        assertThat(GroupFindings.of(new Group("g", 0, 10, true, Optional.empty()), NEEDS))
                .singleElement()
                .matches(finding -> finding.status() == Status.WARNING
                        && finding.remedy().contains("autoscaling:DescribeLifecycleHooks"));
    }

    @Test
    void groupThatMayNotBeSeen_shouldBeAWarningThatNamesThePermission() {
        Finding finding = GroupFindings.notSeen("g", "autoscaling:X");

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.what()).endsWith("these credentials lack autoscaling:X");
    }
}
