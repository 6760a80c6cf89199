package io.eventsource.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for this machine, which nobody trusts but those who know it.
 */
public final class Certificate {

	private static final String PASSWORD = "secret";

	private final Path file;

	private Certificate(Path file) {
		this.file = file;
	}

	/**
	 * Makes a certificate.
	 * @param folder where to keep it
	 */
	public static Certificate create(Path folder) throws Exception {
		Path file = folder.resolve("certificate.p12");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"SAN=DNS:localhost,IP:127.0.0.1", "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass",
				PASSWORD)
			.redirectErrorStream(true)
			.redirectOutput(folder.resolve("keytool").toFile())
			.start();
		if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
			throw new IllegalStateException(Files.readString(folder.resolve("keytool")));
		}
		return new Certificate(file);
	}

	/**
	 * What a server needs to present it.
	 */
	public String[] properties() {
		return new String[] { "server.ssl.key-store=" + this.file, "server.ssl.key-store-password=" + PASSWORD,
				"server.ssl.key-store-type=PKCS12" };
	}

	/**
	 * What a client needs to trust it.
	 */
	SSLContext trusting() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(this.file)) {
			store.load(input, PASSWORD.toCharArray());
		}
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry("server", store.getCertificate("server"));
		TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		managers.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, managers.getTrustManagers(), null);
		return context;
	}

}
