/** What a system needs in an AWS account: what is wanted, what is there, and the steps between them. Acts through {@link flotilla.provision.Provider}. */
package flotilla.provision;
