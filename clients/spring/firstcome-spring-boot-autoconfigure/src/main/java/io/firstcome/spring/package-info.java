/** The client of firstcome in Spring Boot: beans, properties, metrics and health. */
package io.firstcome.spring;
